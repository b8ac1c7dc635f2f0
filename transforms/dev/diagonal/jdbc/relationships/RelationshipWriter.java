package dev.diagonal.jdbc.relationships;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.grid.CellLocks;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.schema.FilePieces;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.FilesOfRows;
import dev.diagonal.internal.jdbc.table.RowTriggers;
import dev.diagonal.internal.jdbc.table.TableLocks;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.metrics.Changes;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches over one connection as {@link UpsertRelationships} describes. In auto-commit mode
 * the driver sends all statements and then one Sync, and the server runs everything before the Sync
 * as one transaction (<a
 * href="https://www.postgresql.org/docs/16/protocol-flow.html">Pipelining</a>): no BEGIN, no
 * COMMIT, one round trip.
 *
 * <p>Not thread-safe.
 */
final class RelationshipWriter<T> implements BatchWriter<T> {

  private final UpsertRelationships<T> upsert;
  private final @Nullable CellLocks locks;
  private final @Nullable Grid<T> mixed;
  private final @Nullable FoldBetween folds;
  private final String insert;
  private final HeldConnection connection;
  private final FilesOfRows.@Nullable Recorded<T> recorded;
  private final ColumnLimits limits;

  /** Those that may drop edges. */
  private final RowTriggers triggers;

  /** What the last batch changed. */
  private Changes changes = Changes.UNKNOWN;

  /** Whether the current long wait has been reported. */
  private boolean warned;

  RelationshipWriter(UpsertRelationships<T> upsert) {
    this.upsert = upsert;
    this.locks = upsert.locks();
    this.mixed = upsert.mixed();
    this.folds = mixed == null ? null : new FoldBetween(upsert);
    this.insert =
        mixed == null
            ? RelationshipSql.insert(upsert.tables(), upsert.refuseBothEnds())
            : DeltaSql.insertMixed(
                upsert.tables(), DeltaTable.of(upsert.tables()), upsert.refuseBothEnds());
    this.triggers = RowTriggers.of(upsert.tables().edges().name());
    this.limits = new ColumnLimits(upsert.tables().edges());
    this.recorded = upsert.files() == null ? null : upsert.files().recorded();
    this.connection = HeldConnection.autoCommitting(upsert.database(), upsert.lockTimeout());
  }

  /**
   * {@inheritDoc}
   *
   * @throws SQLException if the database refuses the batch; the message includes the first key and,
   *     after a lock timeout, the sessions that hold the locks
   * @throws BadInputException if an id would be on both sides and must not
   * @throws IllegalArgumentException if a row's values do not fit the table's columns
   */
  @Override
  public void write(Batch<T> batch) throws Exception {
    BoundColumns bound = BoundColumns.of(upsert.tables().edges(), upsert.binder(), batch.rows());
    List<Piece> pieces = recorded == null ? List.of() : recorded.missing(batch.rows());
    boolean committed = false;
    try {
      Connection open = connection.use();
      limits.check(open, bound);
      try (PreparedStatement statement = open.prepareStatement(sql(pieces))) {
        int first = 1;
        if (locks != null) {
          statement.setObject(first++, locks.of(batch.cell()));
        }
        if (!pieces.isEmpty()) {
          first = FilePieces.bind(statement, first, pieces);
        }
        if (mixed != null) {
          first = setLate(statement, first, mixed, batch, bound);
        }
        bound.setIn(statement, first);
        int added = added(statement);
        changes = changes(added, batch.rows().size());
      }
      if (changes.unchanged() > 0 && triggers.onInsert(open)) {
        changes = new Changes(changes.added(), 0, 0, 0, 0, changes.unchanged());
      }
      committed = true;
      warned = false;
      if (recorded != null) {
        recorded.committed(pieces);
      }
    } catch (SQLException fault) {
      throw explained(batch, bound, fault);
    } finally {
      if (!committed) {
        connection.close(); // the server rolls back, and the next batch starts on a fresh one
      }
    }
    if (folds != null) {
      folds.committed(connection);
    }
  }

  private static Changes changes(int added, int rows) {
    return added < 0 ? Changes.UNKNOWN : new Changes(added, 0, rows - added, 0);
  }

  /** Executes the statements and returns the one value that the last one returns. */
  private static int added(PreparedStatement statement) throws SQLException {
    boolean isRows = statement.execute();
    int answer = -1;
    while (isRows || statement.getUpdateCount() >= 0) {
      if (isRows) {
        try (ResultSet rows = statement.getResultSet()) {
          answer =
              rows.next() && rows.getMetaData().getColumnName(1).equals("count")
                  ? rows.getInt(1)
                  : -1;
        }
      }
      isRows = statement.getMoreResults();
    }
    return answer;
  }

  @Override
  public Changes changes() {
    return changes;
  }

  /**
   * Sets the ends whose slots the batch does not hold, and returns the index of the next parameter.
   */
  private int setLate(
      PreparedStatement statement, int first, Grid<T> grid, Batch<T> batch, BoundColumns bound)
      throws SQLException {
    BitSet sources = new BitSet();
    BitSet targets = new BitSet();
    for (int row = 0; row < batch.rows().size(); row++) {
      T record = batch.rows().get(row);
      sources.set(row, !grid.holdsRow(batch.cell(), record));
      targets.set(row, !grid.holdsColumn(batch.cell(), record));
    }
    statement.setObject(first, bound.distinct(upsert.tables().source(), sources));
    statement.setObject(first + 1, bound.distinct(upsert.tables().target(), targets));
    return first + 2;
  }

  @Override
  public Map<String, Long> reported() {
    return folds == null ? Map.of() : folds.reported();
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

  /** Returns the statements of a transaction: locks, pieces, rows. */
  private String sql(List<Piece> pieces) {
    List<String> statements = new ArrayList<>();
    if (locks != null) {
      statements.add(RelationshipSql.lock(upsert.tables(), locks.domain()));
    }
    if (recorded != null && !pieces.isEmpty()) {
      statements.add(recorded.sql(upsert.tables().edges().name()));
    }
    statements.add(insert);
    return String.join("; ", statements);
  }

  private Exception explained(Batch<T> batch, BoundColumns bound, SQLException fault) {
    String id = RelationshipSql.idOnBothSides(fault);
    if (id != null) {
      return new BadInputException(
          "id %s is on both sides of %s: declare the schedule monopartite, or separate tables"
              .formatted(id, upsert.tables().edges().name()),
          fault);
    }
    BadInputException changed =
        FilesOfRows.changed(upsert.files(), connection::use, upsert.tables().edges().name(), fault);
    if (changed != null) {
      return changed;
    }
    String state = SqlFaults.state(fault);
    String holders = TableLocks.LOCK_TIMED_OUT.equals(state) ? holders(batch) : "";
    if (!holders.isEmpty() && !warned) {
      warned = true;
      Warnings.warn("table " + upsert.tables().edges().name() + holders + "; retrying");
    }
    return new SQLException(
        "first key %s: %s%s".formatted(bound.firstKey(), fault.getMessage(), holders),
        state,
        fault);
  }

  /** Describes the locks that were waited for and the sessions that still hold them. */
  private String holders(Batch<T> batch) {
    if (locks == null) {
      return "";
    }
    int[] wanted = locks.of(batch.cell());
    List<String> found = new ArrayList<>();
    try (PreparedStatement statement =
        connection
            .use()
            .prepareStatement(RelationshipSql.holders(upsert.tables(), locks.domain()))) {
      statement.setObject(1, wanted);
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          found.add(
              "process %s (%s from %s, in its transaction since %s) holds %s"
                  .formatted(
                      result.getString(1),
                      result.getString(2),
                      result.getString(3),
                      result.getString(4),
                      result.getString(5)));
        }
      }
    } catch (SQLException e) {
      found.add("their holders are unknown: " + e.getMessage());
    }
    return "; waited %s ms for the slot locks %s of %s: %s"
        .formatted(
            upsert.lockTimeout().toMillis(),
            Arrays.toString(wanted),
            locks.domain(),
            found.isEmpty() ? "no session holds them any more" : String.join("; ", found));
  }
}
