package dev.diagonal.jdbc.write;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.Retry;
import dev.diagonal.jdbc.connection.Connector;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import java.io.Serializable;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.SerializableBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Specifies what is written, where and how, for {@link WriteToJdbc} in a pipeline and for {@link
 * JdbcBlockWriter} outside of one. Immutable.
 *
 * @param database the database
 * @param table the table and the columns that are written; it must exist: see {@link
 *     dev.diagonal.jdbc.CreateTable}; all modes but insert and delete need a unique index on
 *     exactly its key columns
 * @param binder binds the values of a row
 * @param mode how a row is written
 * @param merge combines two rows of the same key in a transaction, the earlier one first; without
 *     it the later row wins
 * @param commitRows the maximum number of rows per transaction; 50,000 unless {@linkplain
 *     #withCommitRows set}
 * @param batchesInFlight the maximum number of transactions that a writer has handed over but not
 *     yet seen committed; 2 unless {@linkplain #withBatchesInFlight set}; inserts of rows without a
 *     key have a connection each
 * @param maxConnections the maximum number of connections that all writers of a JVM to the same
 *     database have open; 8 unless {@linkplain #withMaxConnections set}
 * @param waitLimit how long a writer waits for one of these connections, or for its own
 *     transactions; 10 minutes unless {@linkplain #withWaitLimit set}
 * @param retry how transient errors are retried
 * @param ledger how transactions are recorded that must not be repeated
 */
public record JdbcWrite<T>(
    Connector database,
    Table table,
    RowBinder<T> binder,
    WriteMode mode,
    @Nullable SerializableBiFunction<T, T, T> merge,
    int commitRows,
    int batchesInFlight,
    int maxConnections,
    Duration waitLimit,
    Retry retry,
    LedgerSettings ledger)
    implements Serializable {

  private static final int MAX_COMMIT_ROWS = 1_000_000;

  /**
   * @throws IllegalArgumentException if {@code commitRows} is not within 1 to 1,000,000, {@code
   *     batchesInFlight} is not within 1 to 16, {@code maxConnections} is below 1 or {@code
   *     waitLimit} is below 1 ms; if the table has no key column and the mode is not insert; if the
   *     table has only key columns and the mode is update; or if there is a merge and the mode is
   *     neither upsert nor update
   */
  public JdbcWrite {
    checkArgument(
        commitRows >= 1 && commitRows <= MAX_COMMIT_ROWS,
        "commitRows must be within 1 to %s, got %s",
        MAX_COMMIT_ROWS,
        commitRows);
    checkArgument(
        batchesInFlight >= 1 && batchesInFlight <= 16,
        "batchesInFlight must be within 1 to 16, got %s",
        batchesInFlight);
    checkArgument(maxConnections >= 1, "maxConnections must be >= 1, got %s", maxConnections);
    checkArgument(waitLimit.toMillis() >= 1, "waitLimit must be >= 1 ms, got %s", waitLimit);
    checkArgument(
        mode == WriteMode.INSERT || !table.keyColumns().isEmpty(),
        "mode %s needs a table with a key column, got %s",
        mode,
        table);
    checkArgument(
        mode != WriteMode.UPDATE || !table.otherColumns().isEmpty(),
        "mode UPDATE needs a table with a column outside the key, got %s",
        table);
    checkArgument(
        merge == null || mode.lastWins(), "a merge needs mode UPSERT or UPDATE, got %s", mode);
  }

  /** Returns a write in this mode, with the defaults. */
  public static <T> JdbcWrite<T> of(
      WriteMode mode, JdbcTarget database, Table table, RowBinder<T> binder) {
    return of(mode, Connector.of(database), table, binder);
  }

  /**
   * Returns a write in this mode to a database with connections of one's own, such as those of
   * {@link dev.diagonal.beamio.JdbcIoConnector}.
   */
  public static <T> JdbcWrite<T> of(
      WriteMode mode, Connector database, Table table, RowBinder<T> binder) {
    return new JdbcWrite<>(
        database,
        table,
        binder,
        mode,
        null,
        50_000,
        2,
        8,
        Duration.ofMinutes(10),
        Retry.defaults(),
        LedgerSettings.defaults());
  }

  /** Returns a write that inserts rows, as {@link WriteMode#INSERT} describes. */
  public static <T> JdbcWrite<T> insert(JdbcTarget database, Table table, RowBinder<T> binder) {
    return of(WriteMode.INSERT, database, table, binder);
  }

  /** Returns a write that upserts rows, as {@link WriteMode#UPSERT} describes. */
  public static <T> JdbcWrite<T> upsert(JdbcTarget database, Table table, RowBinder<T> binder) {
    return of(WriteMode.UPSERT, database, table, binder);
  }

  /**
   * Sets the maximum number of rows per transaction; default 50,000. On PostgreSQL, transactions of
   * 1,000 rows are half as fast (measured).
   */
  public JdbcWrite<T> withCommitRows(int rows) {
    return with(copy -> copy.commitRows = rows);
  }

  /**
   * Combines rows of the same key in a transaction into one. Which rows share a transaction depends
   * on the order of the input and on the runner, so use a function for which that does not matter,
   * such as a maximum. Keys must have types that compare by bytes: whole numbers, texts, UUIDs,
   * dates.
   */
  public JdbcWrite<T> withMerge(SerializableBiFunction<T, T, T> function) {
    return with(copy -> copy.merge = function);
  }

  /**
   * Sets the maximum number of transactions in flight per writer; default 2. One of them is being
   * written; without a key, all are, since their order does not matter.
   */
  public JdbcWrite<T> withBatchesInFlight(int batches) {
    return with(copy -> copy.batchesInFlight = batches);
  }

  /** Sets the maximum number of open connections to the database per JVM; default 8. */
  public JdbcWrite<T> withMaxConnections(int connections) {
    return with(copy -> copy.maxConnections = connections);
  }

  /**
   * Sets how long a writer waits before it fails with a message that names what it waited for;
   * default 10 minutes.
   */
  public JdbcWrite<T> withWaitLimit(Duration limit) {
    return with(copy -> copy.waitLimit = limit);
  }

  /** Sets how transient errors are retried; default {@link Retry#defaults}. */
  public JdbcWrite<T> withRetry(Retry policy) {
    return with(copy -> copy.retry = policy);
  }

  /** Sets how transactions are recorded that must not be repeated: those of mode insert. */
  public JdbcWrite<T> withLedger(LedgerSettings settings) {
    return with(copy -> copy.ledger = settings);
  }

  private JdbcWrite<T> with(Consumer<Copy<T>> change) {
    Copy<T> copy = new Copy<>(this);
    change.accept(copy);
    return copy.done();
  }

  /** A copy of a write to be changed. */
  private static final class Copy<T> {
    private Connector database;
    private Table table;
    private RowBinder<T> binder;
    private WriteMode mode;
    private @Nullable SerializableBiFunction<T, T, T> merge;
    private int commitRows;
    private int batchesInFlight;
    private int maxConnections;
    private Duration waitLimit;
    private Retry retry;
    private LedgerSettings ledger;

    Copy(JdbcWrite<T> from) {
      database = from.database;
      table = from.table;
      binder = from.binder;
      mode = from.mode;
      merge = from.merge;
      commitRows = from.commitRows;
      batchesInFlight = from.batchesInFlight;
      maxConnections = from.maxConnections;
      waitLimit = from.waitLimit;
      retry = from.retry;
      ledger = from.ledger;
    }

    JdbcWrite<T> done() {
      return new JdbcWrite<>(
          database,
          table,
          binder,
          mode,
          merge,
          commitRows,
          batchesInFlight,
          maxConnections,
          waitLimit,
          retry,
          ledger);
    }
  }
}
