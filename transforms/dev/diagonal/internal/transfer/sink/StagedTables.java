package dev.diagonal.internal.transfer.sink;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.Leftovers;
import dev.diagonal.internal.jdbc.schema.RunKeeper;
import dev.diagonal.internal.jdbc.schema.SchemaRights;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The stages of a run in one database. The run is registered in the internal schema and held while
 * this is open, so that other runs do not drop its stages; their names include the run's id.
 * Thread-safe.
 */
public final class StagedTables {

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

  private final JdbcTarget database;
  private final InternalSchema schema;
  private final RunKeeper keeper;
  private final List<Staged> stages = new ArrayList<>();
  private boolean open = true;

  private StagedTables(JdbcTarget database, InternalSchema schema, RunKeeper keeper) {
    this.database = database;
    this.schema = schema;
    this.keeper = keeper;
  }

  /**
   * Registers a run, and drops the stages of ended runs, except those that can be resumed.
   *
   * @param command how the run is listed
   * @throws SQLException if the database cannot be reached, or the user may not create stages; the
   *     message includes the GRANT
   */
  public static StagedTables open(JdbcTarget database, InternalSchema schema, String command)
      throws SQLException, InterruptedException {
    SchemaRights rights =
        RetriedTransaction.in(database, "open schema " + schema.name()).run(schema::open);
    rights.requireTables();
    dropLeftovers(database, schema);
    UUID run = UUID.randomUUID();
    try {
      RunKeeper keeper =
          Retry.defaults()
              .call(
                  () ->
                      RunKeeper.open(
                          schema,
                          HeldConnection.autoCommitting(database, LOCK_TIMEOUT),
                          run,
                          command),
                  SqlFaults::isRetryable);
      return new StagedTables(database, schema, keeper);
    } catch (InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new SQLException(
          "cannot register a run in schema %s of %s: %s"
              .formatted(schema.name(), database, fault.getMessage()),
          SqlFaults.state(fault),
          fault);
    }
  }

  /** Leaves stages that cannot be dropped now to a later run. */
  private static void dropLeftovers(JdbcTarget database, InternalSchema schema)
      throws InterruptedException {
    Leftovers leftovers = new Leftovers(schema);
    RetriedTransaction transaction =
        RetriedTransaction.in(database, "drop the leftovers of ended runs")
            .withRetry(Retry.never());
    List<Leftovers.OfRun> found;
    try {
      found = transaction.run(leftovers::find);
    } catch (SQLException e) {
      return; // leftovers do no harm
    }
    for (Leftovers.OfRun each : found) {
      try {
        boolean unused =
            each.isGone()
                && !each.isResumable()
                && transaction.run(connection -> drop(connection, leftovers, each.run()));
      } catch (SQLException e) {
        // Another user owns them, or an abandoned worker still writes there.
      }
    }
  }

  private static boolean drop(Connection connection, Leftovers leftovers, UUID run)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL lock_timeout = '1s'");
    }
    return leftovers.drop(connection, run);
  }

  /** Returns the id of the run. */
  public UUID run() {
    return keeper.run();
  }

  /**
   * Creates a stage for a target.
   *
   * @param source where its rows come from
   * @param refused receives the rows that the target refuses at the publication
   */
  public synchronized StagedTable add(
      Table target, StagedTable.Mode mode, BlockSource source, Staged.Refused refused)
      throws SQLException, InterruptedException {
    int number = 2 * stages.size();
    StagedTable table =
        new StagedTable(
            database,
            target,
            mode,
            schema.stageName(run(), number),
            schema.stageName(run(), number + 1));
    stages.add(new Staged(table, source, refused));
    table.create();
    return table;
  }

  /**
   * Publishes all stages of some runs in one database, in one transaction, and ends the runs.
   * Returns how many rows were refused.
   *
   * @param notices receives a message when the publication waits
   * @param steps receives what the publication does next, for a progress line
   */
  public static long publish(
      List<StagedTables> runs, Consumer<String> notices, Consumer<String> steps)
      throws SQLException, InterruptedException {
    List<Staged> all = new ArrayList<>();
    for (StagedTables run : runs) {
      synchronized (run) {
        all.addAll(run.stages);
      }
    }
    if (all.isEmpty()) {
      return 0;
    }
    StagedTables first = runs.get(0);
    StagePublication publication = new StagePublication(all, notices, steps);
    List<Long> refused = publication.run(first.schema, first.run());
    publication.warnOfDropped();
    for (StagedTables run : runs) {
      run.end();
    }
    return refused.stream().mapToLong(Long::longValue).sum();
  }

  private synchronized void end() {
    open = false;
    stages.clear();
    keeper.end();
  }

  /** Drops the stages that were not published, and ends the run. May be called again. */
  public synchronized void abandon() throws SQLException, InterruptedException {
    if (!open) {
      return;
    }
    for (Staged staged : stages) {
      staged.table().drop();
    }
    end();
  }
}
