package dev.diagonal.internal.transfer.resume;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.RunKeeper;
import dev.diagonal.internal.jdbc.schema.UnfinishedTransfers;
import dev.diagonal.internal.jdbc.schema.UnfinishedTransfers.Entry;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.internal.transfer.KeptRanges;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Records the transfers of a run into tables, one per table, so that a later run can resume those
 * that do not end. Each is a run of its own in the internal schema, and is held there until {@link
 * #end} or {@link #close}. Thread-safe.
 */
public final class RecordedTransfers {

  private final LedgerSettings ledger;
  private final int commitRows;
  private final Kind kind;
  private final String command;
  private final @Nullable String identity;
  private final String task;

  /** Without it, no transaction of this run is committed: see {@link UnfinishedTransfers}. */
  private final UUID claim = UUID.randomUUID();

  private final List<Recorded> open = new ArrayList<>();

  /** Those that are complete, and end later. */
  private final List<Recorded> complete = new ArrayList<>();

  private record Recorded(JdbcTarget database, String table, RunKeeper keeper) {}

  /**
   * @param commitRows the maximum number of rows per transaction
   * @param command the command that goes on after a failed run, for a warning about its rows; empty
   *     if there is none
   * @param identity identifies the rows that are read from a database: they may be written again,
   *     and a resumed run writes all rows of the ranges that are missing, as they are now. Null for
   *     files, of which it writes missing transactions
   * @param task the name of the task in a plan, or empty
   */
  public RecordedTransfers(
      LedgerSettings ledger,
      int commitRows,
      Kind kind,
      String command,
      @Nullable String identity,
      String task) {
    this.ledger = ledger;
    this.commitRows = commitRows;
    this.kind = kind;
    this.command = command;
    this.identity = identity;
    this.task = task;
  }

  private TransferChoice choice() {
    return new TransferChoice(schema(), kind, claim, identity, task);
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
  public int readers(JdbcTarget database, String table, BlockSource source, int readers)
      throws SQLException, InterruptedException {
    Entry found = choice().resumedIn(database, table, source);
    return found == null ? readers : found.readers();
  }

  /** Returns the ranges of an unfinished transfer if it is resumed, or else those of the source. */
  public KeptRanges ranges(JdbcTarget database, String table, BlockSource source) throws Exception {
    String bounds = TransferChoice.boundsOf(choice().resumedIn(database, table, source));
    return bounds == null ? new KeptRanges(source, source.ranges()) : KeptRanges.of(source, bounds);
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
      JdbcTarget database, Table target, WriteMode mode, BlockSource source, int readers)
      throws Exception {
    if (DatabaseKind.of(database.url()) != DatabaseKind.POSTGRES) {
      return ledger; // which no other database has
    }
    String table = target.name();
    Entry wanted = choice().wanted(source, target, mode, readers, commitRows);
    Entry entry = chosenIfFree(database, target, mode, wanted);
    if (entry == null) {
      return ledger;
    }
    RunKeeper keeper = InsertRun.hold(database, schema(), entry.run(), table);
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

  /**
   * Returns a line about an unfinished transfer that {@link #begin} would find, or nothing, and
   * changes nothing. The table may be missing.
   *
   * @throws IllegalArgumentException if it is to be resumed and cannot be; the message says why
   */
  public String look(
      JdbcTarget database, Table target, WriteMode mode, BlockSource source, int readers)
      throws Exception {
    Entry wanted = choice().wanted(source, target, mode, readers, commitRows);
    return RetriedTransaction.in(
            database, "look for unfinished transfers to table " + target.name())
        .run(connection -> choice().look(connection, target.name(), mode, wanted));
  }

  private boolean record(Connection connection, String table, Entry entry, boolean isNew)
      throws SQLException {
    if (isNew) {
      choice().checkIsFirst(connection, table, entry);
      schema().unfinishedTransfers().add(connection, PostgresSql.quoteTable(table), entry, claim);
    } else if (!schema().unfinishedTransfers().isClaimed(connection, entry.run(), claim)) {
      throw new IllegalArgumentException(
          "another process has just resumed the transfer to table %s, or 'diagonal clean' has removed it"
              .formatted(table));
    }
    return true;
  }

  /**
   * Returns the transfer to begin or resume, or null if it is not recorded. Waits a moment for an
   * earlier transfer whose process is just ending.
   */
  private @Nullable Entry chosenIfFree(
      JdbcTarget database, Table target, WriteMode mode, Entry wanted) throws Exception {
    try {
      return UntilFree.call(() -> chosen(database, target, mode, wanted));
    } catch (HeldException held) {
      if (kind == Kind.RESUME) {
        throw held.refusal();
      }
      return kind == Kind.NONE ? null : wanted; // the other one goes on, and keeps its record
    }
  }

  private @Nullable Entry chosen(JdbcTarget database, Table target, WriteMode mode, Entry wanted)
      throws SQLException, InterruptedException, HeldException {
    String table = target.name();
    TransferChoice.Chosen chosen =
        RetriedTransaction.in(database, "look for unfinished transfers to table " + table)
            .run(connection -> choice().of(connection, table, mode, wanted));
    if (chosen.held()) {
      throw new HeldException(
          "the transfer from %s to table %s is still running".formatted(wanted.source(), table));
    }
    return chosen.entry();
  }

  /** Returns whether there are transfers that can be resumed. */
  public synchronized boolean isRecording() {
    return !open.isEmpty();
  }

  /**
   * Keeps all transfers, which are complete, until {@link #end}: a later run that resumes them
   * finds nothing to write.
   */
  public synchronized void endLater() {
    open.forEach(each -> each.keeper.close());
    complete.addAll(open);
    open.clear();
  }

  /** Ends all transfers, which are complete. */
  public synchronized void end() throws SQLException, InterruptedException {
    complete.addAll(open);
    open.clear();
    for (Recorded each : complete) {
      end(each);
    }
    complete.clear();
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

  /**
   * Keeps the transfers for a later run, unless none of them has written a row.
   *
   * @param hasAllRows whether all rows are committed, and what follows has failed
   */
  public synchronized void close(boolean hasAllRows) throws InterruptedException {
    String others = hasAllRows ? " only finishes the transfer" : " writes the others";
    String advice =
        (hasAllRows ? ", and no row is missing" : "")
            + (command.isEmpty() ? "" : "; " + command + others);
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
