package dev.diagonal.jdbc;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.block.Block;
import dev.diagonal.fault.Retry;
import dev.diagonal.write.WriteMetrics;
import dev.diagonal.write.Written;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Written} for each block of rows, when the block is in a PostgreSQL table.
 *
 * <p>Input: blocks of any size, in any window. Output: in the same window, to {@code Wait.on} or to
 * add up. A block is written in transactions of at most {@code batchRows} rows (1,000 unless
 * {@linkplain #withBatchRows set}).
 *
 * <p>Guarantee: every row takes effect at least once, and since rows are upserted by key, writing a
 * block again (a retried transaction, a retried bundle, the whole run once more) changes nothing.
 * Of rows with the same key in one block the last one stays; between blocks there is no order.
 *
 * <p>Parallelism: one connection for each instance of the step that the runner keeps, opened when
 * it first has something to write, closed with it. Rows go in key order, so that transactions which
 * meet do not deadlock within a batch; across batches they may, and are retried.
 *
 * <p>Faults: serialization failures, deadlocks, lock time-outs and lost connections are retried
 * within a bound (8 attempts unless {@linkplain #withRetry set}); every other fault, and the last
 * of these, fails the run with the table, the size of the batch and its first key.
 *
 * <p>Metrics: {@code rows_written}, {@code batches_written}, {@code retries}, {@code write_millis}.
 */
public final class WriteToJdbc<T> extends PTransform<PCollection<Block<T>>, PCollection<Written>> {

  private final Upsert<T> upsert;

  private WriteToJdbc(Upsert<T> upsert) {
    this.upsert = upsert;
  }

  /**
   * Returns a write that inserts rows whose key is not in {@code table} yet and updates all columns
   * of {@code table} in those whose key is. The table must be there and have a primary key or
   * unique index on exactly the key columns: see {@link CreateTable}.
   *
   * @throws IllegalArgumentException if the URL of {@code target} is not one of PostgreSQL
   */
  public static <T> WriteToJdbc<T> upsert(JdbcTarget target, Table table, RowBinder<T> binder) {
    return new WriteToJdbc<>(new Upsert<>(target, table, binder, 1_000, Retry.defaults()));
  }

  /**
   * Sets how many rows a transaction has at most; default 1,000.
   *
   * @throws IllegalArgumentException if {@code rows} is not within 1 to 1,000,000
   */
  public WriteToJdbc<T> withBatchRows(int rows) {
    return new WriteToJdbc<>(upsert.withBatchRows(rows));
  }

  /** Sets how faults that may pass are retried; default {@link Retry#defaults}. */
  public WriteToJdbc<T> withRetry(Retry retry) {
    return new WriteToJdbc<>(upsert.withRetry(retry));
  }

  @Override
  public PCollection<Written> expand(PCollection<Block<T>> blocks) {
    return blocks.apply("Upsert", ParDo.of(new UpsertFn<>(upsert))).setCoder(Written.coder());
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder
        .add(DisplayData.item("target", upsert.target().toString()))
        .add(DisplayData.item("table", upsert.table().name()))
        .add(DisplayData.item("batchRows", upsert.batchRows()));
  }

  /** What is written where and how. */
  record Upsert<T>(JdbcTarget target, Table table, RowBinder<T> binder, int batchRows, Retry retry)
      implements Serializable {
    Upsert {
      HeldConnection.checkPostgres(target);
      checkArgument(
          batchRows >= 1 && batchRows <= 1_000_000,
          "batchRows must be within 1 to 1000000, got %s",
          batchRows);
    }

    Upsert<T> withBatchRows(int rows) {
      return new Upsert<>(target, table, binder, rows, retry);
    }

    Upsert<T> withRetry(Retry retry) {
      return new Upsert<>(target, table, binder, batchRows, retry);
    }
  }

  static final class UpsertFn<T> extends DoFn<Block<T>, Written> {
    private final Upsert<T> upsert;
    private final WriteMetrics metrics = WriteMetrics.create();
    private transient @Nullable Upserter<T> upserter;

    UpsertFn(Upsert<T> upsert) {
      this.upsert = upsert;
    }

    @ProcessElement
    public void process(@Element Block<T> block, OutputReceiver<Written> out) throws Exception {
      List<T> rows = block.records();
      Written written = Written.nothing(upsert.table().name());
      for (int from = 0; from < rows.size(); from += upsert.batchRows()) {
        int to = Math.min(rows.size(), from + upsert.batchRows());
        Written batch = upserter().write(rows.subList(from, to));
        metrics.counted(batch);
        written = written.plus(batch);
      }
      out.output(written);
    }

    @Teardown
    public void teardown() {
      if (upserter != null) {
        upserter.close();
      }
    }

    private Upserter<T> upserter() {
      if (upserter == null) {
        upserter = new Upserter<>(upsert);
      }
      return upserter;
    }
  }
}
