package dev.diagonal.internal.transfer.sink;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;
import static java.util.stream.Collectors.joining;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.ledger.ProvenTransaction;
import dev.diagonal.internal.jdbc.schema.CommitCheck;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.Token;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.TableLocks;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Publishes stages of one database. One transaction verifies that each stage has all acknowledged
 * rows, moves them into the targets and drops the stages. If the reply to its commit is lost, a
 * token in the ledger shows whether it is committed.
 *
 * <p>If a target refuses rows, the transaction starts again, publishes the others and passes the
 * refused ones on before it commits.
 */
final class StagePublication {

  private static final String LOCK_KEY = "hashtextextended('diagonal: publish ' || ?, 0)";

  private static final String HOLDER =
      """
      SELECT a.pid, coalesce(host(a.client_addr), 'the same machine'), a.xact_start
      FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32) | l.objid::bigint =\s"""
          + LOCK_KEY;

  private final List<Staged> all;
  private final Consumer<String> notices;
  private final Consumer<String> steps;

  /** By stage, how many rows the target counted; none for stages whose rows were tried apart. */
  private final Map<Staged, Long> applied = new HashMap<>();

  private final Map<Staged, Long> dropped = new HashMap<>();
  private boolean saidWhoHoldsLocks;

  StagePublication(List<Staged> all, Consumer<String> notices, Consumer<String> steps) {
    // In a fixed order, so that two publications never deadlock.
    this.all =
        all.stream().sorted(Comparator.comparing(each -> each.table().target().name())).toList();
    this.notices = notices;
    this.steps = steps;
  }

  /**
   * Publishes the stages and returns how many rows each target has refused, in the order of {@link
   * #all}.
   *
   * @throws SQLException if a stage lacks rows, the database refuses, or retries run out; then no
   *     target has changed, unless the message says that this is unknown
   * @throws dev.diagonal.fault.BadInputException if rows are refused and must not be
   */
  List<Long> run(InternalSchema schema, UUID run) throws SQLException, InterruptedException {
    JdbcTarget database = all.get(0).table().database();
    String names = all.stream().map(each -> each.table().target().name()).collect(joining(", "));
    String what = "publish " + (all.size() == 1 ? "table " : "tables ") + names;
    try (HeldConnection held = new HeldConnection(database)) {
      try {
        return attempt(held, schema, Token.next(run, names, 0), what, false);
      } catch (SQLException refused) {
        if (!SqlFaults.isCausedByRows(refused)) {
          throw refused;
        }
        return attempt(held, schema, Token.next(run, names, 0), what, true);
      }
    } catch (SQLException fault) {
      throw new SQLException(
          "cannot %s in %s: %s".formatted(what, database, fault.getMessage()),
          SqlFaults.state(fault),
          fault);
    }
  }

  /** Warns of rows that triggers have dropped; to be called once the publication is committed. */
  void warnOfDropped() {
    dropped.forEach(
        (staged, rows) -> {
          if (rows == StageRows.UNKNOWN) {
            Warnings.warn(
                "table %s: a trigger or a rule of it may have dropped rows, or written them elsewhere; their number is unknown, because rows were tried one by one"
                    .formatted(staged.table().target().name()));
          } else if (rows > 0) {
            Warnings.warn(
                String.format(
                    Locale.ROOT,
                    "table %s: a trigger or a rule of it dropped %,d row(s), or wrote them elsewhere; the summary counts them as written",
                    staged.table().target().name(),
                    rows));
          }
        });
  }

  private List<Long> attempt(
      HeldConnection held, InternalSchema schema, Token token, String what, boolean sifts)
      throws SQLException, InterruptedException {
    CommitCheck<List<Long>> check =
        CommitCheck.by(schema, token, true, "the transaction that is to " + what);
    return ProvenTransaction.call(
        held,
        check,
        connection -> {
          try {
            return publish(connection, sifts);
          } catch (SQLException fault) {
            sayWhoHoldsLocks(connection, fault);
            throw fault;
          }
        });
  }

  /** Warns once: the transaction is retried, and may wait several times as long. */
  private void sayWhoHoldsLocks(Connection connection, SQLException fault) throws SQLException {
    if (!TableLocks.LOCK_TIMED_OUT.equals(SqlFaults.state(fault)) || saidWhoHoldsLocks) {
      return;
    }
    saidWhoHoldsLocks = true;
    connection.rollback();
    for (Staged staged : all) {
      String table = staged.table().target().name();
      notices.accept(
          "lock timeout on table %s: %s; retrying"
              .formatted(table, TableLocks.holders(connection, table)));
    }
  }

  private List<Long> publish(Connection connection, boolean sifts) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, 0); // no limit: large stages take long
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL idle_in_transaction_session_timeout = 0");
      for (Staged staged : all) {
        takeTurns(connection, staged.table());
      }
      int at = 0;
      for (Staged staged : all) {
        say("checking", staged, ++at, all.size());
        statement.execute(new StageSql(staged.table()).lockStage());
        StageRows.verify(statement, staged.table());
      }
      if (sifts) { // otherwise a deferred constraint would fail at the commit
        statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
      }
      for (Staged staged : all) {
        createIfMissing(connection, statement, staged.table());
      }
      applied.clear();
      dropped.clear();
      PublicationOrder order = PublicationOrder.of(connection, all);
      for (Staged staged : order.childrenFirst()) {
        String name = staged.table().target().name();
        steps.accept(" (emptying %s)".formatted(name));
        new ReplacedTable(name).empty(connection);
      }
      Map<Staged, Long> refused = new HashMap<>();
      at = 0;
      for (Staged staged : order.parentsFirst()) {
        say("writing", staged, ++at, all.size());
        refused.put(staged, publish(connection, statement, staged, sifts));
      }
      steps.accept(" (committing)");
      for (Staged staged : all) {
        Long rows = applied.get(staged);
        dropped.put(staged, StageRows.dropped(connection, staged.table(), rows));
        statement.execute(staged.table().dropSql());
      }
      return all.stream().map(refused::get).toList();
    }
  }

  private void say(String doing, Staged staged, int number, int of) {
    steps.accept(" (%s %s, %s of %s)".formatted(doing, staged.table().target().name(), number, of));
  }

  /** Makes two publications into one table wait for each other. */
  private void takeTurns(Connection connection, StagedTable table) throws SQLException {
    String name = quoteTable(table.target().name());
    if (isTrue(connection, "SELECT pg_try_advisory_xact_lock(" + LOCK_KEY + ")", name)) {
      return;
    }
    try (PreparedStatement holder = connection.prepareStatement(HOLDER)) {
      holder.setString(1, name);
      try (ResultSet found = holder.executeQuery()) {
        if (found.next()) {
          notices.accept(
              "waiting: another run is publishing table %s (process %s of the database, from %s, since %s)"
                  .formatted(
                      table.target().name(),
                      found.getInt(1),
                      found.getString(2),
                      found.getString(3)));
        }
      }
    }
    steps.accept(" (waiting for another run that publishes %s)".formatted(table.target().name()));
    String limit = limitLockWaits(connection, "0");
    isTrue(connection, "SELECT pg_advisory_xact_lock(" + LOCK_KEY + ") IS NULL", name);
    String unused = limitLockWaits(connection, limit);
  }

  /** Limits lock waits until the transaction ends, and returns the previous limit. */
  private static String limitLockWaits(Connection connection, String limit) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT current_setting('lock_timeout'), set_config('lock_timeout', ?, true)")) {
      statement.setString(1, limit);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getString(1);
      }
    }
  }

  private static boolean isTrue(Connection connection, String sql, String name)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, name);
      try (ResultSet result = statement.executeQuery()) {
        return result.next() && result.getBoolean(1);
      }
    }
  }

  private static void createIfMissing(Connection connection, Statement statement, StagedTable table)
      throws SQLException {
    String goal = table.target().name();
    // Checked first: a user who may write to a table need not have the right to create one.
    if (!FoundTable.exists(connection, goal)) {
      statement.execute(new StageSql(table).createTarget());
    }
    // The search path of the URL may begin with pg_temp.
    if (isTrue(
        connection,
        "SELECT relpersistence = 't' FROM pg_class WHERE oid = to_regclass(?)",
        quoteTable(goal))) {
      throw new TargetMismatchException(
          "table " + goal,
          List.of("it is temporary, so its rows would be lost with the connection"));
    }
  }

  /** Returns how many rows the target has refused. */
  private long publish(Connection connection, Statement statement, Staged staged, boolean sifts)
      throws SQLException {
    StageSql sql = new StageSql(staged.table());
    if (!sifts) {
      applied.put(staged, statement.executeLargeUpdate(sql.publish()));
      return 0;
    }
    Savepoint before = connection.setSavepoint();
    try {
      applied.put(staged, statement.executeLargeUpdate(sql.publish()));
      connection.releaseSavepoint(before);
      return 0;
    } catch (SQLException refused) {
      if (!SqlFaults.isCausedByRows(refused)) {
        throw refused;
      }
      connection.rollback(before);
    }
    steps.accept(" (finding the bad rows of %s)".formatted(staged.table().target().name()));
    statement.execute(sql.sift(staged.refused().most()));
    List<DeadLetter> bad = new RefusedRows(staged, sql).read(connection);
    if (!bad.isEmpty()) {
      staged.refused().take(bad);
    }
    statement.execute(sql.dropBad());
    return bad.size();
  }
}
