package dev.diagonal.jdbc.write;

import dev.diagonal.internal.jdbc.copy.WireColumn;
import dev.diagonal.internal.jdbc.copy.WireRows;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.internal.jdbc.table.KeyOrder;
import dev.diagonal.internal.jdbc.table.RowTriggers;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.BatchOutcome.Rejected;
import dev.diagonal.metrics.Changes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a transaction in PostgreSQL's binary COPY format. Plain inserts are copied directly
 * into the table. All others are copied into a temporary table, from which one statement writes
 * them.
 */
final class CopyRows<T> extends BatchRows<T> {

  private final JdbcWrite<T> write;
  private final CopySql sql;
  private final RowTriggers triggers;
  private final WireRows wire;
  private Changes changes = Changes.UNKNOWN;
  private boolean sifted;

  /**
   * @param triggers those of the table, shared by all batches of a writer
   * @param rows the expected number of rows, at least one
   * @param bytes their expected size
   */
  CopyRows(
      JdbcWrite<T> write,
      List<WireColumn> columns,
      CopySql sql,
      RowTriggers triggers,
      int rows,
      int bytes) {
    super(write, rows);
    this.write = write;
    this.sql = sql;
    this.triggers = triggers;
    this.wire = new WireRows(write.table(), columns, rows, bytes);
  }

  @Override
  long bytes() {
    return wire.bytes();
  }

  @Override
  long checksum() {
    return wire.checksum();
  }

  @Override
  int bound() {
    return wire.size();
  }

  @Override
  void bind(T row) throws Exception {
    wire.add(write.binder(), row);
  }

  @Override
  boolean canCompareKeys() {
    return sql.keysAreEqualByBytes();
  }

  @Override
  int compareKeys(int row, int other) {
    return wire.compareKeys(row, other);
  }

  @Override
  String key(int row) {
    try {
      return BoundRow.of(write.table(), write.binder(), row(row)).key().toString();
    } catch (Exception e) {
      return "unknown";
    }
  }

  @Override
  void begin(Connection connection) throws SQLException {
    changes = Changes.UNKNOWN;
    sifted = false;
    if (sql.isStaged()) {
      execute(connection, sql.createStage());
    }
  }

  @Override
  void send(Connection connection, int[] rows, int from, int to) throws SQLException {
    long taken = wire.copy(connection, sql.copy(), rows, from, to);
    changes =
        changes.plus(sql.isStaged() ? applied(connection, to - from) : added(taken, to - from));
  }

  private static Changes added(long rows, long sent) {
    return new Changes(rows, 0, 0, 0, sent - rows);
  }

  private Changes applied(Connection connection, long sent) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (sql.distinguishesNew()) {
        try (ResultSet counts = statement.executeQuery(sql.applyStage())) {
          counts.next();
          long added = counts.getLong(1);
          long all = counts.getLong(2);
          long keys = all == sent || sql.keysAreEqualByBytes() ? sent : keys(statement);
          return new Changes(added, all - added, 0, sent - keys, keys - all);
        }
      }
      long applied = statement.executeLargeUpdate(sql.applyStage());
      return switch (write.mode()) {
        case INSERT -> added(applied, sent);
        case INSERT_IGNORE ->
            applied < sent && triggers.onInsert(connection)
                ? new Changes(applied, 0, 0, 0, 0, sent - applied)
                : new Changes(applied, 0, sent - applied, 0);
        case UPSERT, UPDATE, DELETE -> Changes.UNKNOWN;
      };
    }
  }

  /** Returns how many different keys the staged rows have. */
  private long keys(Statement statement) throws SQLException {
    try (ResultSet count = statement.executeQuery(sql.stagedKeys())) {
      count.next();
      return count.getLong(1);
    }
  }

  @Override
  Changes changes() {
    long known = changes.total();
    // Rows that were merged before they were sent.
    return known == 0 || sifted || !sql.keysAreEqualByBytes() || !write.mode().lastWins()
        ? changes
        : changes.plus(new Changes(0, 0, 0, size() - known));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Stages all rows without merging, and lets the server try them one by one where it must:
   * 50,000 rows with a tenth bad take seconds; halving takes minutes.
   */
  @Override
  @Nullable List<Rejected> sift(Connection connection, KeyOrder order) throws SQLException {
    if (write.merge() != null) {
      return null; // a merged row represents several
    }
    changes = Changes.UNKNOWN;
    int[] all = order.all();
    CopySql staged = sql.staged();
    Savepoint before = connection.setSavepoint();
    try {
      execute(connection, staged.createStage());
      wire.copy(connection, staged.copy(), all, 0, all.length);
    } catch (SQLException fault) {
      if (!SqlFaults.isCausedByRows(fault)) {
        throw fault;
      }
      connection.rollback(before); // COPY itself refused a value
      return null;
    }
    execute(connection, staged.siftStage());
    List<Rejected> rejected = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet bad = statement.executeQuery(staged.sifted())) {
      while (bad.next()) {
        rejected.add(new Rejected(all[bad.getInt(1)], bad.getString(2)));
      }
    }
    sifted = true;
    boolean inserts = write.mode() != WriteMode.DELETE && write.mode() != WriteMode.UPDATE;
    if (inserts && triggers.onUpsert(connection)) {
      changes = Changes.uncertain(all.length - rejected.size());
    }
    return rejected;
  }

  @Override
  void clear(Connection connection) throws SQLException {
    if (sql.isStaged()) {
      execute(connection, sql.clearStage());
    }
  }

  private static void execute(Connection connection, String statement) throws SQLException {
    try (Statement call = connection.createStatement()) {
      call.execute(statement);
    }
  }
}
