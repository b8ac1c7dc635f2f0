package dev.diagonal.pipelines.transfer.job;

import static dev.diagonal.internal.jdbc.table.PostgresSql.names;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.IndexProgress;
import dev.diagonal.internal.transfer.sink.TargetTable;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The primary keys of tables that a transfer creates, made when all rows are written. */
final class KeysAfter {

  private static final int MAX_CONNECTIONS = 4;

  private final List<Pending> pending = new ArrayList<>();

  /** The tables whose keys are being made. */
  private final Map<String, IndexProgress> making = new LinkedHashMap<>();

  private int made;

  private record Pending(JdbcTarget database, Table table) {}

  /**
   * Returns whether the transfer creates a table, or resumes one that has created it. An existing
   * table without the key is left to the checks of its layout.
   */
  boolean areFor(JdbcTarget database, Table table, boolean resumes)
      throws SQLException, InterruptedException {
    return TargetTable.types(database, table.name()).isEmpty()
        || (resumes && !CreateTable.hasKey(database, table));
  }

  /** Returns a table without its key, which is made at the end; its columns refuse null. */
  Table without(JdbcTarget database, Table table) {
    pending.add(new Pending(database, table));
    return new Table(
        table.name(),
        table.columns().stream()
            .map(
                column ->
                    column.key()
                        ? new Column(column.name(), column.type(), "NOT NULL", false)
                        : column)
            .toList());
  }

  /**
   * Makes all keys, in parallel.
   *
   * @throws SQLException if one cannot be made; the message has the statement that makes it
   */
  void create() throws Exception {
    if (pending.isEmpty()) {
      return;
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(Math.min(MAX_CONNECTIONS, pending.size()));
    try {
      List<Future<Boolean>> made = new ArrayList<>();
      for (Pending each : pending) {
        made.add(threads.submit(() -> create(each)));
      }
      Exception first = null;
      for (Future<Boolean> each : made) {
        try {
          boolean unused = each.get();
        } catch (ExecutionException e) {
          Exception fault = e.getCause() instanceof Exception cause ? cause : e;
          if (first == null) {
            first = fault;
          } else {
            first.addSuppressed(fault);
          }
        }
      }
      if (first != null) {
        throw first;
      }
      synchronized (making) {
        pending.clear();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Returns what {@link #create} does at the moment, on any thread: which keys it makes, and how
   * far the server has built them.
   */
  String phase() {
    Map<String, IndexProgress> now;
    StringBuilder phase = new StringBuilder();
    synchronized (making) {
      if (pending.isEmpty()) {
        return "finishing";
      }
      now = new LinkedHashMap<>(making);
      phase.append("making the primary keys (%s of %s made".formatted(made, pending.size()));
    }
    String before = ", now ";
    for (Map.Entry<String, IndexProgress> each : now.entrySet()) {
      phase.append(before).append(each.getKey());
      String progress = each.getValue().now();
      phase.append(progress.isEmpty() ? "" : ": " + progress);
      before = "; ";
    }
    return phase.append(')').toString();
  }

  private boolean create(Pending each) throws SQLException, InterruptedException {
    String table = each.table.name();
    synchronized (making) {
      making.put(table, new IndexProgress(each.database, table));
    }
    boolean done = false;
    try {
      done = createOnce(each);
      return done;
    } finally {
      synchronized (making) {
        making.remove(table);
        made += done ? 1 : 0;
      }
    }
  }

  private static boolean createOnce(Pending each) throws SQLException, InterruptedException {
    Table table = each.table;
    String sql =
        "ALTER TABLE %s ADD PRIMARY KEY (%s)"
            .formatted(quoteTable(table.name()), names(table.keyColumns()));
    try {
      return RetriedTransaction.in(each.database, "make the primary key of table " + table.name())
          .withLongStatements()
          .run(
              connection ->
                  // An attempt whose reply was lost may have made it.
                  FoundTable.hasKey(connection, table) || execute(connection, sql));
    } catch (SQLException fault) {
      String duplicate = SqlFaults.duplicateKey(fault);
      throw new SQLException(
          "%s%s. All rows are committed, but the table has no primary key; remove the cause, then run: %s"
              .formatted(fault.getMessage(), duplicate == null ? "" : ": " + duplicate, sql),
          SqlFaults.state(fault),
          fault);
    }
  }

  private static boolean execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean unused = statement.execute(sql);
      return true;
    }
  }
}
