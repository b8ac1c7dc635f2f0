package dev.diagonal.internal.transfer.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.Leftovers;
import dev.diagonal.internal.jdbc.schema.RunKeeper;
import dev.diagonal.internal.jdbc.schema.SchemaRights;
import dev.diagonal.internal.jdbc.schema.UnfinishedTransfers;
import dev.diagonal.internal.jdbc.schema.UnfinishedTransfers.Entry;
import dev.diagonal.internal.jdbc.schema.UnfinishedTransfers.Found;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.transfer.source.SourceRange;
import dev.diagonal.transfer.source.TransferSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.hash.Hasher;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.hash.Hashing;
import org.jspecify.annotations.Nullable;

/**
 * Records the transfers of a run from files into tables, one per table, so that a later run can
 * resume those that do not end. Each is a run of its own in the internal schema, and is held there
 * until {@link #end} or {@link #close}. Thread-safe.
 */
public final class RecordedTransfers {

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

  /** The server needs a moment to notice that a process was killed. */
  private static final Retry UNTIL_FREE =
      Retry.defaults().withMaxAttempts(8).withDelays(Duration.ofMillis(250), Duration.ofSeconds(1));

  /** How transfers are recorded. */
  public enum Kind {
    /** Not at all: these cannot be resumed. Earlier ones of the same files and table end. */
    NONE,
    /** From the beginning. */
    START,
    /** Where an earlier run ended. */
    RESUME
  }

  private final LedgerSettings ledger;
  private final int commitRows;
  private final Kind kind;
  private final String advice;

  /** Without it, no transaction of this run is committed: see {@link UnfinishedTransfers}. */
  private final UUID claim = UUID.randomUUID();

  private final List<Recorded> open = new ArrayList<>();

  private record Recorded(JdbcTarget database, String table, RunKeeper keeper) {}

  /** The transfer to begin or resume, or null, and whether another process holds it. */
  private record Chosen(@Nullable Entry entry, boolean held) {}

  /** Thrown while another process still holds the transfer that is to be resumed. */
  private static final class HeldException extends Exception {
    HeldException(String message) {
      super(message);
    }
  }

  /**
   * @param commitRows the maximum number of rows per transaction
   * @param advice what to do about committed rows of a failed run, for a warning that ends with it
   */
  public RecordedTransfers(LedgerSettings ledger, int commitRows, Kind kind, String advice) {
    this.ledger = ledger;
    this.commitRows = commitRows;
    this.kind = kind;
    this.advice = advice;
  }

  private boolean resumes() {
    return kind == Kind.RESUME;
  }

  private InternalSchema schema() {
    return new InternalSchema(ledger.schema());
  }

  /**
   * Returns the number of readers that the ranges of an unfinished transfer were made for, if it is
   * resumed.
   *
   * @param readers the number of readers of this run, which is returned otherwise
   */
  public int readers(JdbcTarget database, String table, TransferSource source, int readers)
      throws SQLException, InterruptedException {
    if (!resumes()) {
      return readers;
    }
    List<Found> found =
        RetriedTransaction.in(database, "look for unfinished transfers to table " + table)
            .run(connection -> unfinished(connection, table));
    return found.stream()
        .map(Found::entry)
        .filter(entry -> entry.source().equals(source.describe()))
        .map(Entry::readers)
        .findFirst()
        .orElse(readers);
  }

  private List<Found> unfinished(Connection connection, String table) throws SQLException {
    return schema().unfinishedTransfers().find(connection, PostgresSql.quoteTable(table));
  }

  /**
   * Begins or resumes a transfer into an existing table.
   *
   * @param target the table with the columns that are written; without a key, rows that are written
   *     again are doubled
   * @param readers the number of readers that the ranges of the source are made for
   * @return how its transactions are recorded
   * @throws IllegalArgumentException if it is to be resumed and cannot be; the message says why
   */
  public synchronized LedgerSettings begin(
      JdbcTarget database, Table target, WriteMode mode, TransferSource source, int readers)
      throws Exception {
    String table = target.name();
    Entry wanted =
        new Entry(
            UUID.randomUUID(),
            source.describe(),
            inputOf(source, target, mode),
            readers,
            commitRows);
    Entry entry;
    try {
      entry =
          UNTIL_FREE.call(
              () -> chosen(database, target, mode, wanted), HeldException.class::isInstance);
    } catch (Retry.ExhaustedException e) {
      throw new IllegalArgumentException(String.valueOf(causeOf(e).getMessage()), e);
    }
    if (entry == null) {
      return ledger;
    }
    RunKeeper keeper =
        Retry.defaults()
            .call(
                () ->
                    RunKeeper.open(
                        schema(),
                        HeldConnection.autoCommitting(database, LOCK_TIMEOUT),
                        entry.run(),
                        "transfer to table " + table),
                SqlFaults::isRetryable);
    boolean done = false;
    try {
      boolean isNew = entry.run().equals(wanted.run());
      RetriedTransaction.in(database, "record the transfer to table " + table)
          .run(connection -> record(connection, table, entry, isNew));
      open.add(new Recorded(database, table, keeper));
      done = true;
    } finally {
      if (!done) {
        keeper.close();
      }
    }
    return ledger.withRun(entry.run()).withClaim(claim);
  }

  private static Throwable causeOf(Exception exhausted) {
    return exhausted.getCause() == null ? exhausted : exhausted.getCause();
  }

  private boolean record(Connection connection, String table, Entry entry, boolean isNew)
      throws SQLException {
    if (isNew) {
      schema().unfinishedTransfers().add(connection, PostgresSql.quoteTable(table), entry, claim);
    } else if (!schema().unfinishedTransfers().isClaimed(connection, entry.run(), claim)) {
      throw new IllegalArgumentException(
          "another process has just resumed the transfer to table %s, or 'diagonal clean' has removed it"
              .formatted(table));
    }
    return true;
  }

  /**
   * Identifies the names and sizes of the files and how they are cut, and the columns and the mode
   * in which they are written.
   */
  private static String inputOf(TransferSource source, Table table, WriteMode mode)
      throws Exception {
    Hasher hash = Hashing.murmur3_128().newHasher().putLong(source.bytes());
    for (SourceRange range : source.ranges()) {
      hash.putString(range.place(), UTF_8).putLong(range.start()).putLong(range.end());
    }
    for (Column column : table.columns()) {
      hash.putString(column.name(), UTF_8).putBoolean(column.key());
    }
    return hash.putString(mode.name(), UTF_8).hash().toString();
  }

  /** Returns the transfer to begin or resume, or null if transfers cannot be recorded. */
  private @Nullable Entry chosen(JdbcTarget database, Table target, WriteMode mode, Entry wanted)
      throws SQLException, InterruptedException, HeldException {
    String table = target.name();
    Chosen chosen =
        RetriedTransaction.in(database, "look for unfinished transfers to table " + table)
            .run(connection -> chosen(connection, table, mode, wanted));
    if (chosen.held) {
      throw new HeldException(
          "the transfer from %s to table %s is still running".formatted(wanted.source(), table));
    }
    return chosen.entry;
  }

  private Chosen chosen(Connection connection, String table, WriteMode mode, Entry wanted)
      throws SQLException {
    SchemaRights rights = schema().open(connection);
    if (!schema().unfinishedTransfers().open(connection, rights)) {
      checkMayStart(rights);
      return new Chosen(null, false);
    }
    List<Found> all = unfinished(connection, table);
    List<Found> same =
        all.stream().filter(each -> each.entry().source().equals(wanted.source())).toList();
    if (!resumes()) {
      for (Found each : same) {
        forget(connection, table, mode == WriteMode.INSERT, each);
      }
      return new Chosen(kind == Kind.NONE ? null : wanted, false);
    }
    if (same.isEmpty()) {
      checkIsEmpty(connection, table, wanted, all);
      return new Chosen(wanted, false);
    }
    Entry resumed = resumable(table, wanted, same);
    boolean held = !schema().runs().isGone(connection, resumed.run());
    if (!held) {
      checkHasRows(connection, table, mode, resumed);
      schema().unfinishedTransfers().claim(connection, resumed.run(), claim);
    }
    return new Chosen(resumed, held);
  }

  private void checkMayStart(SchemaRights rights) {
    if (resumes()) {
      throw new IllegalArgumentException(
          "transfers are not recorded, so none can be resumed: "
              + (rights.isUsable() ? rights.missingForTables() : rights.missing()));
    }
  }

  /** Drops an earlier transfer that this one starts again, unless it is running. */
  private void forget(Connection connection, String table, boolean doubles, Found earlier)
      throws SQLException {
    long rows = schema().ledger().rowsOf(connection, earlier.entry().run());
    if (new Leftovers(schema()).drop(connection, earlier.entry().run()) && rows > 0 && doubles) {
      Warnings.warn(
          String.format(
              Locale.ROOT,
              "an interrupted transfer from %s has written %,d rows to table %s since %s; this one inserts all rows again (--resume would have inserted only the missing ones)",
              earlier.entry().source(),
              rows,
              table,
              earlier.startedAt()));
    }
  }

  private static boolean hasRows(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT EXISTS (SELECT FROM %s)".formatted(PostgresSql.quoteTable(table)))) {
      rows.next();
      return rows.getBoolean(1);
    }
  }

  /** Refuses a table that was emptied after rows of the transfer were committed to it. */
  private void checkHasRows(Connection connection, String table, WriteMode mode, Entry resumed)
      throws SQLException {
    long rows = schema().ledger().rowsOf(connection, resumed.run());
    if (rows > 0 && mode != WriteMode.DELETE && !hasRows(connection, table)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "table %s is empty, but the interrupted transfer has committed %,d rows to it: start without --resume",
              table,
              rows));
    }
  }

  private static void checkIsEmpty(
      Connection connection, String table, Entry wanted, List<Found> others) throws SQLException {
    if (hasRows(connection, table)) {
      throw new IllegalArgumentException(
          "table %s has rows, and no transfer from %s to it is unfinished%s: without --resume, all rows are written"
              .formatted(
                  table,
                  wanted.source(),
                  others.isEmpty()
                      ? ""
                      : others.stream()
                          .map(each -> each.entry().source() + " since " + each.startedAt())
                          .collect(joining(", ", " (but these are: ", ")"))));
    }
  }

  private static Entry resumable(String table, Entry wanted, List<Found> found) {
    Entry entry = found.get(0).entry();
    String what = "the transfer from %s to table %s".formatted(entry.source(), table);
    if (found.size() > 1) {
      throw new IllegalArgumentException(
          "there are %s unfinished transfers from %s to table %s, and only one can be resumed: remove their rows, and start without --resume"
              .formatted(found.size(), entry.source(), table));
    } else if (entry.commitRows() != wanted.commitRows()) {
      throw new IllegalArgumentException(
          "%s has transactions of %s rows: resume it with --commitRows=%2$s"
              .formatted(what, entry.commitRows()));
    } else if (!entry.input().equals(wanted.input())) {
      throw new IllegalArgumentException(
          "%s began at %s, and since then the names or sizes of the files, the columns or the mode have changed: remove its rows, and start without --resume"
              .formatted(what, found.get(0).startedAt()));
    }
    return entry;
  }

  /** Returns whether there are transfers that can be resumed. */
  public synchronized boolean isRecording() {
    return !open.isEmpty();
  }

  /** Ends all transfers, which are complete. */
  public synchronized void end() throws SQLException, InterruptedException {
    for (Recorded each : open) {
      end(each);
    }
    open.clear();
  }

  /**
   * Ends a transfer, unless another process has resumed it: that one finds all transactions in the
   * ledger.
   */
  private void end(Recorded each) throws SQLException, InterruptedException {
    boolean isOwn =
        RetriedTransaction.in(each.database, "end the transfer to table " + each.table)
            .run(
                connection ->
                    schema().unfinishedTransfers().delete(connection, each.keeper.run(), claim));
    if (isOwn) {
      each.keeper.end();
    } else {
      each.keeper.close();
    }
  }

  /** Keeps the transfers for a later run, unless none of them has written a row. */
  public synchronized void close() throws InterruptedException {
    long committed = 0;
    for (Recorded each : open) {
      long rows = committedRows(each);
      if (rows > 0) {
        Warnings.warn(
            String.format(
                Locale.ROOT, "%,d rows are committed to table %s%s", rows, each.table, advice));
      }
      committed += Math.abs(rows);
    }
    if (committed == 0) {
      for (Recorded each : open) {
        endIfEmpty(each);
      }
    }
    open.forEach(each -> each.keeper.close());
    open.clear();
  }

  /** Returns how many rows are committed; -1 if the database cannot be reached. */
  private long committedRows(Recorded each) throws InterruptedException {
    try {
      return RetriedTransaction.in(each.database, "count the rows of table " + each.table)
          .withRetry(Retry.never())
          .run(connection -> schema().ledger().rowsOf(connection, each.keeper.run()));
    } catch (SQLException e) {
      return -1; // a later run sees what it has
    }
  }

  /** Ends a transfer, unless a transaction that was in flight has been committed after all. */
  private void endIfEmpty(Recorded each) throws InterruptedException {
    try {
      boolean isEmpty =
          RetriedTransaction.in(each.database, "end the transfer to table " + each.table)
              .withRetry(Retry.never())
              .run(
                  connection -> {
                    UUID run = each.keeper.run();
                    boolean none =
                        schema().unfinishedTransfers().delete(connection, run, claim)
                            && schema().ledger().rowsOf(connection, run) == 0;
                    if (!none) {
                      connection.rollback();
                    }
                    return none;
                  });
      if (isEmpty) {
        each.keeper.end();
      }
    } catch (SQLException e) {
      // A later run sees what it has.
    }
  }
}
