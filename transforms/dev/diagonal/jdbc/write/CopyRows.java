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
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
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
    found().begin();
    if (sql.isStaged()) {
      execute(connection, sql.createStage());
    }
  }

  @Override
  void send(Connection connection, int[] rows, int from, int to) throws SQLException {
    long taken = wire.copy(connection, sql.copy(), rows, from, to);
    if (FoundRows.matterTo(write.mode())) {
      find(connection, rows, from, to);
      return;
    }
    changes =
        changes.plus(sql.isStaged() ? applied(connection, to - from) : added(taken, to - from));
  }

  /** Applies updates or deletes, and notes which of their keys the table had. */
  private void find(Connection connection, int[] rows, int from, int to) throws SQLException {
    List<Integer> missing = new ArrayList<>();
    boolean hasRules = triggers.areRules(connection);
    try (Statement statement = connection.createStatement()) {
      if (!hasRules) {
        addNumbers(statement, sql.applyAndFindMissing(), missing);
      } else if (statement.executeLargeUpdate(sql.applyStage()) < to - from) {
        IntStream.range(0, to - from).forEach(missing::add); // which ones is unknown
      }
    }
    noteFound(connection, Arrays.copyOfRange(rows, from, to), missing);
  }

  private static void addNumbers(Statement statement, String query, List<Integer> numbers)
      throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        numbers.add(result.getInt(1));
      }
    }
  }

  private void noteFound(Connection connection, int[] sent, List<Integer> missing)
      throws SQLException {
    for (int row : sent) {
      found().add(row);
    }
    missing.forEach(number -> found().remove(sent[number]));
    if (!missing.isEmpty() && triggers.onChange(connection, write.mode() == WriteMode.DELETE)) {
      found().doubtOthers(); // a trigger or a rule may have dropped them
    }
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
        case UPSERT -> Changes.UNKNOWN;
        case UPDATE, DELETE -> throw new IllegalStateException("see find");
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
    boolean finds = FoundRows.matterTo(write.mode()) && !triggers.areRules(connection);
    execute(connection, staged.siftStage(finds));
    List<Rejected> rejected = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet bad = statement.executeQuery(staged.sifted())) {
      while (bad.next()) {
        rejected.add(new Rejected(all[bad.getInt(1)], bad.getString(2)));
      }
    }
    sifted = true;
    if (FoundRows.matterTo(write.mode())) {
      findSifted(connection, staged, all, finds);
    } else if (triggers.onUpsert(connection)) {
      changes = Changes.uncertain(all.length - rejected.size());
    }
    return rejected;
  }

  private void findSifted(Connection connection, CopySql staged, int[] all, boolean finds)
      throws SQLException {
    List<Integer> missing = new ArrayList<>();
    found().begin();
    if (finds) {
      try (Statement statement = connection.createStatement()) {
        addNumbers(statement, staged.siftedMissing(), missing);
      }
    } else {
      IntStream.range(0, all.length).forEach(missing::add); // rules hide which ones
    }
    noteFound(connection, all, missing);
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
