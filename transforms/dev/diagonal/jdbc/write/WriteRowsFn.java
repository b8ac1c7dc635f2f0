package dev.diagonal.jdbc.write;

import dev.diagonal.block.Block;
import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.internal.jdbc.table.RowKey;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.metrics.WriteMetrics;
import dev.diagonal.jdbc.write.RowBatches.BadRows;
import dev.diagonal.metrics.Written;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of a bundle over one connection, and emits what was committed at its end. Few
 * leftover rows are emitted as blocks under a few keys, if there is a tag for them.
 */
final class WriteRowsFn<InputT, T> extends DoFn<InputT, Written> {

  /** Leftover rows are few below this fraction of a full transaction. */
  private static final int SMALL_PART = 10;

  /** The number of keys of leftover rows, and so the number of concurrent writers of them. */
  private static final int REST_KEYS = 4;

  /** Returns the rows of an element. */
  interface Rows<InputT, T> extends Serializable {
    Iterable<T> of(InputT element);
  }

  private final JdbcWrite<T> write;
  private final Rows<InputT, T> rows;
  private final boolean rejects;
  private final @Nullable TupleTag<KV<Integer, Block<T>>> restTag;
  private final WriteMetrics metrics = WriteMetrics.create();
  private transient @Nullable RowBatches<T, BoundedWindow> batches;
  private transient List<RowBatches.Result<T, BoundedWindow>> results;
  private transient boolean failed;

  WriteRowsFn(
      JdbcWrite<T> write,
      Rows<InputT, T> rows,
      boolean rejects,
      @Nullable TupleTag<KV<Integer, Block<T>>> restTag) {
    this.write = write;
    this.rows = rows;
    this.rejects = rejects;
    this.restTag = restTag;
  }

  @Setup
  public void setup() throws Exception {
    RowBatches<T, BoundedWindow> unused = batches();
  }

  @StartBundle
  public void startBundle() {
    if (failed) {
      teardown(); // a retried bundle writes the rows of a failed one again
    }
    failed = true;
    results = new ArrayList<>();
  }

  @ProcessElement
  public void process(@Element InputT element, BoundedWindow window) throws Exception {
    RowBatches<T, BoundedWindow> open = batches();
    for (T row : rows.of(element)) {
      open.add(row, window);
    }
    take(open.finished());
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) throws Exception {
    RowBatches<T, BoundedWindow> open = batches();
    if (restTag != null && open.openRows() < write.commitRows() / SMALL_PART) {
      Map<BoundedWindow, List<T>> rests = new LinkedHashMap<>();
      open.drainOpen(
          (row, window) -> rests.computeIfAbsent(window, w -> new ArrayList<>()).add(row));
      for (Map.Entry<BoundedWindow, List<T>> rest : rests.entrySet()) {
        BoundedWindow window = rest.getKey();
        context.output(restTag, keyed(rest.getValue()), window.maxTimestamp(), window);
      }
    }
    take(open.drain());
    for (RowBatches.Result<T, BoundedWindow> result : results) {
      result
          .written()
          .forEach((window, written) -> context.output(written, window.maxTimestamp(), window));
      for (RowBatches.Bad<T, BoundedWindow> bad : result.bad()) {
        context.output(
            BadRecordRouter.BAD_RECORD_TAG,
            RowBatches.deadLetter(write, bad).toBadRecord(),
            bad.origin().maxTimestamp(),
            bad.origin());
      }
    }
    results.clear();
    failed = false;
  }

  @Teardown
  public void teardown() {
    if (batches != null) {
      batches.close();
      batches = null;
    }
  }

  private void take(List<RowBatches.Result<T, BoundedWindow>> more) {
    for (RowBatches.Result<T, BoundedWindow> result : more) {
      Counted.BAD_RECORDS.add(result.bad().size());
      if (result.all() != null) {
        metrics.counted(result.all());
      }
      results.add(result);
    }
  }

  /**
   * Keys leftover rows by a function of the first row, so that a repeated bundle assigns the same
   * keys.
   */
  private KV<Integer, Block<T>> keyed(List<T> rest) throws Exception {
    RowKey key = BoundRow.of(write.table(), write.binder(), rest.get(0)).key();
    return KV.of(Math.floorMod(key.hashCode(), REST_KEYS), new Block<>(rest));
  }

  private RowBatches<T, BoundedWindow> batches() throws Exception {
    RowBatches<T, BoundedWindow> open = batches;
    if (open == null) {
      open = RowBatches.open(write, rejects ? BadRows.SKIP : BadRows.FAIL);
      batches = open;
    }
    return open;
  }
}
