package dev.diagonal.jdbc.write;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.block.Block;
import dev.diagonal.internal.block.MergeSmallBlocks;
import dev.diagonal.internal.fault.DeadLetterOutput;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.metrics.Written;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows to a table in batches. Emits one {@link Written} per transaction (and window), when
 * its rows are committed.
 *
 * <p>Input: blocks of any size or, {@linkplain #ofRows for rows}, single rows; in any window.
 * Output: in the same window, to be summed or passed to {@code Wait.on}. Rows of a bundle are
 * grouped into transactions of {@code commitRows} rows. Leftover rows at the end of a bundle are
 * written too if there are at least a tenth as many. Fewer rows are sent under a few keys to {@link
 * MergeSmallBlocks}, so that a bundle of one row (as the DirectRunner makes after a {@code
 * Reshuffle}) does not become a transaction of one row.
 *
 * <p>PostgreSQL is written by binary COPY: inserts directly into the table; other modes into a
 * temporary table, from which one statement writes the rows in key order. Other databases are
 * written by prepared statements of SQL:2003 ({@code MERGE}).
 *
 * <p>Guarantee: every row takes effect at least once. Rows are identified by their key, so
 * repeating a transaction, a bundle or the whole run changes nothing, except in mode {@linkplain
 * WriteMode#INSERT insert}. The mode decides which row of a key wins within a bundle; between
 * bundles there is no order.
 *
 * <p>Parallelism: one connection and one writing thread per instance of the step that the runner
 * keeps, and at most {@code maxConnections} per JVM. The next transaction is bound while one is
 * written.
 *
 * <p>Faults: serialization failures, deadlocks, lock timeouts, lost connections, server restarts
 * and full disks are retried on a new connection, within a bound. Rows that the database refuses
 * for their data fail the run, with the key of the first one in the message. With a {@linkplain
 * #withBadRecordErrorHandler handler}, a failing transaction is halved until its bad rows are
 * alone; these become dead letters with the database's reason, and all others are written. Any
 * other fault fails the run, in the bundle in which it happens. A value that a column of PostgreSQL
 * would round ({@code timestamp(n)}, {@code numeric(p,s)}, nanoseconds) or whose blanks it would
 * cut off ({@code varchar(n)}) is refused in the same way.
 *
 * <p>Metrics: {@code rows_written}, {@code batches_written}, {@code retries}, {@code write_millis},
 * {@code bad_records}.
 */
public final class WriteToJdbc<T> extends PTransform<PCollection<Block<T>>, PCollection<Written>> {

  private static final Duration BUFFERING = Duration.standardSeconds(1);

  private final JdbcWrite<T> write;
  private final Duration maxBuffering;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private WriteToJdbc(
      JdbcWrite<T> write,
      Duration maxBuffering,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.write = write;
    this.maxBuffering = maxBuffering;
    this.errorHandler = errorHandler;
  }

  /**
   * Returns a step that performs this write.
   *
   * @throws IllegalArgumentException if the write is for a part of an input, whose order a pipeline
   *     does not keep
   */
  public static <T> WriteToJdbc<T> of(JdbcWrite<T> write) {
    checkArgument(
        write.ledger().part() == null,
        "rows of a pipeline have no order, so they cannot be those of part '%s'",
        write.ledger().part());
    return new WriteToJdbc<>(write, BUFFERING, null);
  }

  /** Sends rows that the binder or the database refuses to a handler, as JSON by column. */
  public WriteToJdbc<T> withBadRecordErrorHandler(@Nullable ErrorHandler<BadRecord, ?> handler) {
    return new WriteToJdbc<>(write, maxBuffering, handler);
  }

  /**
   * Sets how long rows of an unbounded input wait for more rows, in processing time; default 1
   * second.
   *
   * @throws IllegalArgumentException if {@code duration} is below 1 ms
   */
  public WriteToJdbc<T> withMaxBufferingDuration(Duration duration) {
    checkArgument(duration.getMillis() >= 1, "duration must be >= 1 ms, got %s", duration);
    return new WriteToJdbc<>(write, duration, errorHandler);
  }

  /** Returns the same write for single rows. */
  public PTransform<PCollection<T>, PCollection<Written>> ofRows() {
    return new OfRows<>(this);
  }

  @Override
  public PCollection<Written> expand(PCollection<Block<T>> blocks) {
    @SuppressWarnings("unchecked") // the one component of a block's coder
    Coder<T> rowCoder = (Coder<T>) blocks.getCoder().getCoderArguments().get(0);
    return write(blocks, Block::records, rowCoder);
  }

  private <InputT> PCollection<Written> write(
      PCollection<InputT> input, WriteRowsFn.Rows<InputT, T> rows, Coder<T> rowCoder) {
    TupleTag<Written> written = new TupleTag<>() {};
    TupleTag<KV<Integer, Block<T>>> rests = new TupleTag<>() {};
    PCollectionTuple first =
        input.apply(
            "Write",
            ParDo.of(new WriteRowsFn<>(write, rows, errorHandler != null, rests))
                .withOutputTags(written, DeadLetterOutput.tags(rests, errorHandler)));
    PCollection<KV<Integer, Block<T>>> small =
        first.get(rests).setCoder(KvCoder.of(VarIntCoder.of(), Block.coder(rowCoder)));
    PCollectionTuple second =
        small
            .apply("Join rests", MergeSmallBlocks.of(write.commitRows(), maxBuffering))
            .apply(
                "Write rests",
                ParDo.of(
                        new WriteRowsFn<Block<T>, T>(
                            write, Block::records, errorHandler != null, null))
                    .withOutputTags(written, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(first, errorHandler);
    DeadLetterOutput.route(second, errorHandler);
    return PCollectionList.of(first.get(written).setCoder(Written.coder()))
        .and(second.get(written).setCoder(Written.coder()))
        .apply("All", Flatten.pCollections());
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder
        .add(DisplayData.item("target", write.database().name()))
        .add(DisplayData.item("table", write.table().name()))
        .add(DisplayData.item("mode", write.mode().name()))
        .add(DisplayData.item("commitRows", write.commitRows()))
        .add(DisplayData.item("maxConnections", write.maxConnections()));
  }

  private static final class OfRows<T> extends PTransform<PCollection<T>, PCollection<Written>> {
    private final WriteToJdbc<T> blocks;

    OfRows(WriteToJdbc<T> blocks) {
      this.blocks = blocks;
    }

    @Override
    public PCollection<Written> expand(PCollection<T> rows) {
      return blocks.write(rows, List::of, rows.getCoder());
    }

    @Override
    public void populateDisplayData(DisplayData.Builder builder) {
      blocks.populateDisplayData(builder);
    }
  }
}
