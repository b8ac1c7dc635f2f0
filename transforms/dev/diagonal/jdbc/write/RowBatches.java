package dev.diagonal.jdbc.write;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.block.InFlight;
import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.internal.jdbc.table.KeyOrder;
import dev.diagonal.metrics.Changes;
import dev.diagonal.metrics.Written;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Groups rows into transactions of {@code commitRows} rows (or 64 MiB) and writes each one while
 * the next is bound; rows without a key over several connections. Each row has an origin, such as
 * its window, which its result has too.
 *
 * <p>Confined to one thread. After an exception only {@link #close} may be called.
 */
final class RowBatches<T, O> implements AutoCloseable {

  private static final int MAX_BATCH_BYTES = 64 << 20;
  private static final int LEAST_BYTES = 1 << 16;
  private static final int LEAST_ROWS = 1 << 10;

  private final JdbcWrite<T> write;
  private final BadRows bad;
  private final TransactionWriters<T> writers;
  private final BatchRowsFactory<T> factory;
  private final InFlight<Result<T, O>> inFlight;
  private final List<Result<T, O>> refused = new ArrayList<>();
  private int expectedBytes = LEAST_BYTES;
  private int expectedRows = LEAST_ROWS;
  private @Nullable Batch<T, O> open;
  private int handedOver;
  private long handedOverRows;
  private boolean stopped;

  /**
   * The result of a batch.
   *
   * @param written what was written per origin; attempts and milliseconds are those of the batch
   * @param all what the batch has written, or null if a row was refused before it joined a batch,
   *     or the batch is undone
   */
  record Result<T, O>(Map<O, Written> written, @Nullable Written all, List<Bad<T, O>> bad) {}

  /** What happens to the rows of a transaction if some of them are bad. */
  enum BadRows {
    /** The batch fails. */
    FAIL,
    /** The bad rows are in the result, and no row is written. */
    UNDO,
    /** The bad rows are in the result, and the others are written. */
    SKIP
  }

  /** A refused row and the reason. */
  record Bad<T, O>(T row, O origin, String reason) {}

  private record Batch<T, O>(BatchRows<T> rows, List<O> origins) {}

  /**
   * Connects to the database.
   *
   * @param bad what happens to bad rows; skipping them undoes the transactions of a part of the
   *     input, since a later attempt would take the rest for the whole transaction
   */
  static <T, O> RowBatches<T, O> open(JdbcWrite<T> write, BadRows bad) throws Exception {
    BadRows here = bad == BadRows.SKIP && write.ledger().part() != null ? BadRows.UNDO : bad;
    TransactionWriters<T> writers = new TransactionWriters<>(write, here);
    boolean done = false;
    try {
      RowBatches<T, O> batches = new RowBatches<>(write, here, writers, writers.factory());
      done = true;
      return batches;
    } finally {
      if (!done) {
        writers.close();
      }
    }
  }

  private RowBatches(
      JdbcWrite<T> write, BadRows bad, TransactionWriters<T> writers, BatchRowsFactory<T> factory) {
    this.write = write;
    this.bad = bad;
    this.writers = writers;
    this.factory = factory;
    this.inFlight =
        new InFlight<>(
            "writer to table " + write.table().name(),
            writers.count(),
            write.batchesInFlight(),
            write.waitLimit());
  }

  /** Returns whether a bad row undoes its transaction, and is in the result. */
  boolean undoes() {
    return bad == BadRows.UNDO;
  }

  /** Returns how many rows are in the batch that is being filled. */
  int openRows() {
    return open == null ? 0 : open.rows.size();
  }

  /**
   * Adds a row, and hands over the batch if it is full. If bad rows undo their transaction, the
   * rows after one that is refused are dropped.
   */
  void add(T row, O origin) throws Exception {
    if (stopped) {
      return;
    }
    Batch<T, O> batch = open;
    if (batch == null) {
      batch =
          new Batch<>(factory.empty(expectedRows, expectedBytes), new ArrayList<>(expectedRows));
      open = batch;
    }
    try {
      batch.rows.add(row);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception fault) {
      refuse(row, origin, fault);
      stopped = bad == BadRows.UNDO;
      return;
    }
    batch.origins.add(origin);
    if (batch.rows.size() == write.commitRows() || batch.rows.bytes() >= MAX_BATCH_BYTES) {
      handOver(batch);
    }
  }

  /** Returns the results that are available, without waiting. */
  List<Result<T, O>> finished() throws Exception {
    return withRefused(inFlight.finished());
  }

  /** Hands over the last batch, waits for all batches, and returns the results. */
  List<Result<T, O>> drain() throws Exception {
    if (open != null && openRows() > 0 && !stopped) {
      handOver(open);
    }
    List<Result<T, O>> results = inFlight.drain();
    writers.confirm(handedOver);
    return withRefused(results);
  }

  /** Passes the rows that have not been handed over to {@code taker}, and forgets them. */
  void drainOpen(BiConsumer<T, O> taker) {
    Batch<T, O> batch = open;
    open = null;
    if (batch != null) {
      for (int i = 0; i < batch.rows.size(); i++) {
        taker.accept(batch.rows.row(i), batch.origins.get(i));
      }
    }
  }

  @Override
  public void close() {
    inFlight.close();
    writers.close();
  }

  private void handOver(Batch<T, O> batch) throws Exception {
    open = null;
    expectedBytes = (int) Math.max(expectedBytes, batch.rows.bytes() + LEAST_BYTES);
    expectedRows = Math.max(expectedRows, batch.rows.size());
    KeyOrder order = batch.rows.seal();
    BatchPlace place = new BatchPlace(handedOver++, handedOverRows + 1);
    handedOverRows += batch.rows.size();
    inFlight.submit(
        "write %s rows to table %s".formatted(batch.rows.size(), write.table().name()),
        () -> result(batch, writers.write(batch.rows, order, place)));
  }

  private Result<T, O> result(Batch<T, O> batch, BatchOutcome outcome) {
    Map<O, Long> counts = counted(batch.origins);
    List<Bad<T, O>> bad = new ArrayList<>();
    for (BatchOutcome.Rejected rejected : outcome.rejected()) {
      O origin = batch.origins.get(rejected.row());
      bad.add(new Bad<>(batch.rows.row(rejected.row()), origin, rejected.reason()));
      counts.merge(origin, -1L, Long::sum);
    }
    Map<O, Long> missing = new LinkedHashMap<>();
    outcome.missing().rows().stream()
        .forEach(row -> missing.merge(batch.origins.get(row), 1L, Long::sum));
    if (outcome.undone()) {
      return new Result<>(Map.of(), null, bad);
    }
    Written account =
        written(
            (long) batch.rows.size() - bad.size(),
            outcome.missing().rows().cardinality(),
            outcome,
            outcome.changes());
    Map<O, Written> written = new LinkedHashMap<>();
    counts.forEach(
        (origin, rows) ->
            written.put(
                origin,
                counts.size() == 1
                    ? account
                    : written(rows, missing.getOrDefault(origin, 0L), outcome, Changes.UNKNOWN)));
    return new Result<>(written, account, bad);
  }

  /** Counts origins. Neighbors are mostly equal, and are counted without an object each. */
  private static <O> Map<O, Long> counted(List<O> origins) {
    Map<O, Long> counts = new LinkedHashMap<>();
    for (int from = 0, to = 0; from < origins.size(); from = to) {
      O origin = origins.get(from);
      while (to < origins.size() && origins.get(to).equals(origin)) {
        to++;
      }
      counts.merge(origin, (long) to - from, Long::sum);
    }
    return counts;
  }

  private Written written(long rows, long missing, BatchOutcome outcome, Changes changes) {
    return new Written(
        write.table().name(),
        rows - missing,
        outcome.attempts(),
        outcome.millis(),
        changes.plus(outcome.missing().changes(missing)));
  }

  private void refuse(T row, O origin, Exception fault) {
    String message = fault.getMessage();
    String reason = message == null ? fault.getClass().getSimpleName() : message;
    if (bad == BadRows.FAIL) {
      throw new BadInputException(
          "a row does not fit table %s of %s: %s"
              .formatted(write.table().name(), write.database(), reason),
          fault);
    }
    refused.add(new Result<>(Map.of(), null, List.of(new Bad<>(row, origin, reason))));
  }

  private List<Result<T, O>> withRefused(List<Result<T, O>> results) {
    if (refused.isEmpty()) {
      return results;
    }
    List<Result<T, O>> all = new ArrayList<>(refused);
    all.addAll(results);
    refused.clear();
    return all;
  }

  /** Returns a dead letter for a bad row: its columns as JSON, if they can be bound. */
  static <T> DeadLetter deadLetter(JdbcWrite<T> write, Bad<T, ?> bad) {
    String shown;
    try {
      shown = BoundRow.of(write.table(), write.binder(), bad.row).toJson();
    } catch (Exception e) {
      shown = String.valueOf(bad.row);
    }
    return DeadLetter.ofRow(bad.reason, shown);
  }
}
