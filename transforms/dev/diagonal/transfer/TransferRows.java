package dev.diagonal.transfer;

import dev.diagonal.internal.transfer.run.RowTransfer;
import dev.diagonal.metrics.Written;
import dev.diagonal.transfer.mapping.Mapping;
import java.util.List;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Copies rows from a source to any number of sinks. Returns one {@link Written} per range and sink,
 * or one per file, after its rows have been written.
 *
 * <p>The source is cut into ranges, which are spread over the workers. A worker reads a range,
 * converts it and writes it to every sink at the same time, in blocks, with at most two blocks
 * waiting between any two stages. No row becomes an element, so memory does not grow with the
 * input, and a slow sink makes the source wait. An error in any stage stops the others and fails
 * the run.
 *
 * <p>Guarantee: every good row takes effect at least once in every sink, and exactly once in a file
 * and in a sink that identifies rows by a key. A bad row goes to the error handler; without a
 * handler it fails the run. A row that only one sink refuses is bad for that sink only.
 *
 * <p>Metrics: {@code rows_read}, {@code bytes_read}, {@code bad_records}, and {@code rows_written}
 * in the step {@code Sink i}.
 */
public final class TransferRows extends PTransform<PBegin, PCollection<Written>> {

  private final RowTransfer transfer;

  private TransferRows(RowTransfer transfer) {
    this.transfer = transfer;
  }

  /**
   * Copies rows from a source to sinks. Without sinks, rows are only read and converted.
   *
   * @throws IllegalArgumentException if the mapping does not fit the source
   */
  public static TransferRows of(TransferSource source, Mapping mapping, List<TransferSink> sinks) {
    return new TransferRows(
        RowTransfer.of(
            source.blocks(), mapping, sinks.stream().map(TransferSink::blocks).toList()));
  }

  /**
   * Sets the number of rows per block; default 1,000.
   *
   * @throws IllegalArgumentException if {@code rows} is not within 1 to 1,000,000
   */
  public TransferRows withBlockRows(int rows) {
    return new TransferRows(transfer.withBlockRows(rows));
  }

  /** Sends bad rows to a handler; null, the default, fails the run. */
  public TransferRows withBadRecordErrorHandler(@Nullable ErrorHandler<BadRecord, ?> handler) {
    return new TransferRows(transfer.withBadRecordErrorHandler(handler));
  }

  /** Fails the run when one worker has found more bad rows than this; default 10,000. */
  public TransferRows withMaxBadRecords(long most) {
    return new TransferRows(transfer.withMaxBadRecords(most));
  }

  /** Returns notes for the user on the input and on guessed types, one line each. */
  public List<String> remarks() {
    return transfer.remarks();
  }

  @Override
  public PCollection<Written> expand(PBegin input) {
    return transfer.expand(input);
  }
}
