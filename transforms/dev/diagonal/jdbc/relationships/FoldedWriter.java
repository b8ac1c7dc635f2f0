package dev.diagonal.jdbc.relationships;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.FilesOfRows;
import dev.diagonal.internal.jdbc.table.TableLocks;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches as {@link UpsertRelationships} describes for {@link Counting#FOLDED}: the new
 * relationships and one delta in one transaction. The first few rows of a connection are inserted.
 * From then on, as long as all relationships of its batches are new, it copies them ({@link
 * StraightCopy}). After a copy fails on an existing key, it inserts with {@code ON CONFLICT} until
 * a batch is all new again. Each failed copy leaves dead rows, so after {@value #MAX_FAILED_COPIES}
 * failures it never copies again.
 *
 * <p>Writing a batch again adds nothing, even if the reply to its commit was lost: only new
 * relationships produce deltas, and by then all of them exist.
 *
 * <p>Not thread-safe.
 */
final class FoldedWriter<T> implements BatchWriter<T> {

  private static final int MAX_FAILED_COPIES = 3;

  /**
   * A connection needs ten round trips to learn whether and how it can copy. They pay off from this
   * many rows.
   */
  private static final long ROWS_TO_COPY = 5_000;

  private static final String DUPLICATE_KEY = "23505";

  private final UpsertRelationships<T> upsert;
  private final FoldBetween folds;
  private final String insert;
  private final HeldConnection connection;
  private final FilesOfRows.@Nullable Recorded<T> recorded;
  private final ColumnLimits limits;
  private @Nullable StraightCopy<T> straight;

  private final long rowsToCopy;
  private long rows;
  private boolean looked;
  private boolean copies = true;
  private int failedCopies;

  FoldedWriter(UpsertRelationships<T> upsert) {
    this(upsert, ROWS_TO_COPY);
  }

  /**
   * @param rowsToCopy the number of rows, of all batches so far, from which batches are copied
   */
  FoldedWriter(UpsertRelationships<T> upsert, long rowsToCopy) {
    this.upsert = upsert;
    this.rowsToCopy = rowsToCopy;
    this.folds = new FoldBetween(upsert);
    this.insert = DeltaSql.insert(upsert.tables(), DeltaTable.of(upsert.tables()));
    this.limits = new ColumnLimits(upsert.tables().edges());
    this.recorded = upsert.files() == null ? null : upsert.files().recorded();
    this.connection = HeldConnection.inTransactions(upsert.database(), upsert.lockTimeout());
  }

  /**
   * {@inheritDoc}
   *
   * @throws SQLException if the database refuses the batch; the message includes the first key
   * @throws BadInputException if a file has changed, or if a fold finds an id on both sides that
   *     must not be
   * @throws IllegalArgumentException if a row's values do not fit the table's columns
   */
  @Override
  public void write(Batch<T> batch) throws Exception {
    boolean committed = false;
    try {
      List<Piece> pieces = recorded == null ? List.of() : recorded.missing(batch.rows());
      if (!copied(batch, pieces)) {
        insert(batch, pieces);
      }
      if (recorded != null) {
        recorded.committed(pieces);
      }
      folds.committed(connection);
      committed = true;
    } finally {
      if (!committed) {
        connection.close(); // the server rolls back, and the next batch starts on a fresh one
      }
    }
  }

  /** Copies a batch. Returns false, with nothing written, if it must be inserted instead. */
  private boolean copied(Batch<T> batch, List<Piece> pieces) throws Exception {
    rows += batch.rows().size();
    if (!copies || rows < rowsToCopy) {
      return false;
    }
    Connection open = connection.use();
    if (!looked) {
      straight = StraightCopy.of(open, upsert);
      looked = true;
    }
    StraightCopy.Encoded encoded = straight == null ? null : straight.encode(batch.rows());
    if (encoded == null) {
      copies = straight != null;
      open.rollback();
      return false;
    }
    try {
      record(open, pieces);
      encoded.copy(open);
      open.commit();
      return true;
    } catch (SQLException fault) {
      if (!DUPLICATE_KEY.equals(SqlFaults.state(fault))) {
        throw explained(firstKey(batch), fault);
      }
      open.rollback();
      failedCopies++;
      copies = false;
      return false;
    }
  }

  private void insert(Batch<T> batch, List<Piece> pieces) throws Exception {
    BoundColumns bound = BoundColumns.of(upsert.tables().edges(), upsert.binder(), batch.rows());
    try {
      Connection open = connection.use();
      limits.check(open, bound);
      record(open, pieces);
      try (PreparedStatement statement = open.prepareStatement(insert)) {
        bound.setIn(statement, 1);
        try (ResultSet result = statement.executeQuery()) {
          result.next();
          copies =
              (straight != null || !looked)
                  && failedCopies < MAX_FAILED_COPIES
                  && result.getLong(1) == batch.rows().size();
        }
      }
      open.commit();
    } catch (SQLException fault) {
      throw explained(bound.firstKey(), fault);
    }
  }

  private void record(Connection open, List<Piece> pieces) throws SQLException {
    if (recorded != null) {
      recorded.record(open, upsert.tables().edges().name(), pieces);
    }
  }

  private String firstKey(Batch<T> batch) {
    try {
      BoundColumns bound =
          BoundColumns.of(upsert.tables().edges(), upsert.binder(), List.of(batch.rows().get(0)));
      return bound.firstKey();
    } catch (Exception e) {
      return "unknown";
    }
  }

  private Exception explained(String firstKey, SQLException fault) {
    connection.close(); // the server rolls back
    BadInputException changed =
        FilesOfRows.changed(upsert.files(), connection::use, upsert.tables().edges().name(), fault);
    return changed != null
        ? changed
        : new SQLException(
            "first key %s: %s".formatted(firstKey, fault.getMessage()),
            SqlFaults.state(fault),
            fault);
  }

  @Override
  public Map<String, Long> reported() {
    return folds.reported();
  }

  @Override
  public boolean isRetryable(Exception fault) {
    return SqlFaults.isRetryable(fault);
  }

  @Override
  public boolean isCausedByRows(Exception fault) {
    return SqlFaults.isCausedByRows(fault);
  }

  @Override
  public boolean isLockTimeout(Exception fault) {
    return TableLocks.LOCK_TIMED_OUT.equals(SqlFaults.state(fault));
  }

  @Override
  public void close() {
    connection.close();
  }
}
