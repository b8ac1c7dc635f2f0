package dev.diagonal.internal.transfer.resume;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.schema.FinishedRanges;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.RunKeeper;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Runs that record the inserts from a snapshot, so that a worker which repeats a range after
 * another was lost inserts only the missing rows. They end with the process that holds the
 * snapshot. Used by one thread.
 */
public final class InsertRun implements AutoCloseable {

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

  private final List<RunKeeper> keepers = new ArrayList<>();

  /**
   * Returns the settings that record the inserts into a table; returns {@code ledger} if the user
   * may not use the internal schema.
   */
  public LedgerSettings begin(JdbcTarget database, String table, LedgerSettings ledger)
      throws Exception {
    if (DatabaseKind.of(database.url()) != DatabaseKind.POSTGRES) {
      return ledger;
    }
    InternalSchema schema = new InternalSchema(ledger.schema());
    boolean usable =
        RetriedTransaction.in(database, "look at Diagonal's schema")
            .run(connection -> schema.open(connection).isUsable());
    if (!usable) {
      return ledger;
    }
    UUID run = UUID.randomUUID();
    keepers.add(hold(database, schema, run, table));
    return ledger.withRun(run);
  }

  /** Registers a run that writes a table, and holds it. */
  static RunKeeper hold(JdbcTarget database, InternalSchema schema, UUID run, String table)
      throws Exception {
    return Retry.defaults()
        .call(
            () ->
                RunKeeper.open(
                    schema,
                    HeldConnection.autoCommitting(database, LOCK_TIMEOUT),
                    run,
                    "transfer to table " + table),
            SqlFaults::isRetryable);
  }

  /** Returns how many rows the finished ranges of a transfer have, by the number of the range. */
  public static Map<Integer, Long> finished(JdbcTarget database, LedgerSettings ledger)
      throws SQLException, InterruptedException {
    UUID run = ledger.run();
    return run == null
        ? Map.of()
        : RetriedTransaction.in(database, "find the finished ranges of run " + run)
            .run(new FinishedRanges(new InternalSchema(ledger.schema()), run)::find);
  }

  /** Returns whether inserts are recorded. */
  public boolean isRecording() {
    return !keepers.isEmpty();
  }

  /** Ends the runs. No other process can continue them. */
  @Override
  public void close() {
    keepers.forEach(RunKeeper::end);
    keepers.clear();
  }
}
