package dev.diagonal.pipelines.transfer;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.sql.SqlScript;
import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.plan.PlanConnections;
import dev.diagonal.pipelines.plan.Task;
import dev.diagonal.pipelines.plan.YamlNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs statements, all in one transaction or each in its own.
 *
 * @param database where they run
 * @param shown how messages name them
 * @param sql the statements
 * @param oneTransaction whether one transaction runs them all; otherwise each runs outside a
 *     transaction block, as {@code VACUUM} and {@code CREATE INDEX CONCURRENTLY} require
 */
record SqlTask(JdbcTarget database, String shown, String sql, boolean oneTransaction)
    implements Task {

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);

  /** Statements that end transactions; they may take effect although a later one fails. */
  private static final Pattern COMMITS =
      Pattern.compile(
          "\\b(commit|prepare\\s+transaction)\\b|\\bend\\s*;", Pattern.CASE_INSENSITIVE);

  /** Words of statements that delete rows. */
  private static final Pattern DELETES =
      Pattern.compile("\\b(delete|truncate|merge)\\b", Pattern.CASE_INSENSITIVE);

  /** Returns whether the statements delete rows, as far as their text shows. */
  boolean deletesRows() {
    return DELETES.matcher(sql).find();
  }

  /** Reads {@code {to: connection, file: …}} or {@code {to: connection, statement: …}}. */
  static @Nullable SqlTask of(YamlNode node, PlanConnections connections) {
    Map<String, YamlNode> entries = node.entries("to", "file", "statement", "transaction");
    boolean oneTransaction =
        YamlNode.oneOf(entries.get("transaction"), "all", List.of("all", "none")).equals("all");
    YamlNode to = node.required(entries, "to");
    JdbcTarget database = to == null ? null : connections.database(to);
    YamlNode file = entries.get("file");
    YamlNode statement = entries.get("statement");
    if ((file == null) == (statement == null)) {
      node.mistake("use either 'file' or 'statement'");
    }
    if (statement != null) {
      String sql = statement.text();
      return database == null ? null : new SqlTask(database, sql.strip(), sql, oneTransaction);
    } else if (file == null) {
      return null;
    }
    Path path = Path.of(file.pathOf(file.text()));
    try {
      String sql = Files.readString(path);
      return database == null ? null : new SqlTask(database, file.text(), sql, oneTransaction);
    } catch (IOException e) {
      file.mistake("the file '%s' cannot be read".formatted(file.text()));
      return null;
    }
  }

  @Override
  public List<String> describe() {
    return List.of("runs:    " + shown + " in " + database);
  }

  @Override
  public void dryRun(Findings findings) throws InterruptedException {
    boolean unused =
        findings.check(
            () ->
                "server:  %s; the statements are not run"
                    .formatted(new TableCheck(database).server()));
  }

  /**
   * {@inheritDoc}
   *
   * <p>The transaction is retried until its commit is sent. If the reply to the commit is lost, the
   * task fails, because the statements may not be idempotent.
   */
  @Override
  public Counts run() throws SQLException, InterruptedException {
    return oneTransaction ? runAll() : runEach();
  }

  /** Runs each statement once: it is unknown what a failed statement has done. */
  private Counts runEach() throws SQLException {
    List<String> statements = SqlScript.statements(sql);
    int done = 0;
    try (HeldConnection held = HeldConnection.autoCommitting(database, LOCK_TIMEOUT)) {
      Connection connection = held.use();
      connection.setNetworkTimeout(Runnable::run, 0);
      for (String each : statements) {
        try (Statement statement = connection.createStatement()) {
          statement.execute(SqlScript.forDriver(each));
        }
        done++;
      }
      return Counts.NONE;
    } catch (SQLException fault) {
      throw new SQLException(
          "cannot run statement %s of %s of %s in %s: %s; the statements before it took effect"
              .formatted(done + 1, statements.size(), shown, database, fault.getMessage()),
          fault.getSQLState(),
          fault);
    }
  }

  private Counts runAll() throws SQLException, InterruptedException {
    return RetriedTransaction.in(database, "run " + shown)
        .withLongStatements()
        .committingOnce()
        .withRetry(COMMITS.matcher(sql).find() ? Retry.never() : Retry.defaults())
        .run(
            connection -> {
              try (Statement statement = connection.createStatement()) {
                statement.execute(SqlScript.forDriver(sql));
              }
              return Counts.NONE;
            });
  }
}
