package dev.diagonal.conflictfree;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.internal.metrics.Counted;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;

/** Assigns the rows of a source to cells, part by part. */
final class BatchSourceFn<P, T> extends DoFn<P, CellOutput<T>> {

  private static final int ROWS_COUNTED_AT_ONCE = 1_000;

  private final PartSource<P, T> source;
  private final ConflictFreeSettings<T> write;
  private final Coder<T> rowCoder;
  private final CellBatcher.EmitPolicy emitPolicy;
  private final boolean routeBadRecords;
  private transient WindowedBatchers<T> batchers;

  BatchSourceFn(
      PartSource<P, T> source,
      ConflictFreeSettings<T> write,
      Coder<T> rowCoder,
      CellBatcher.EmitPolicy emitPolicy,
      boolean routeBadRecords) {
    this.source = source;
    this.write = write;
    this.rowCoder = rowCoder;
    this.emitPolicy = emitPolicy;
    this.routeBadRecords = routeBadRecords;
  }

  @Setup
  public void setup() {
    batchers = new WindowedBatchers<>(write, rowCoder, emitPolicy);
  }

  @ProcessElement
  public void process(ProcessContext context) throws Exception {
    CellBatcher<T> batcher = batchers.in(GlobalWindow.INSTANCE);
    CountedRejects<T> output =
        new CountedRejects<>(batchers, routeBadRecords) {
          @Override
          public void emit(CellOutput<T> outcome) {
            context.output(outcome);
          }

          @Override
          void emitBad(BadRecord bad) {
            context.output(BadRecordRouter.BAD_RECORD_TAG, bad);
          }
        };
    Rows rows = new Rows(batcher, output);
    source.drive(context.element(), rows);
    Counted.ROWS_READ.add(rows.uncounted);
    batchers.finish((window, last) -> last.finish(output));
  }

  @Teardown
  public void teardown() {
    if (batchers != null) { // null if the setup has failed
      batchers.close();
    }
  }

  private final class Rows implements Output<T> {
    private final CellBatcher<T> batcher;
    private final Output<CellOutput<T>> output;
    private int uncounted;

    Rows(CellBatcher<T> batcher, Output<CellOutput<T>> output) {
      this.batcher = batcher;
      this.output = output;
    }

    @Override
    public void emit(T row) {
      batcher.add(row, output);
      if (++uncounted == ROWS_COUNTED_AT_ONCE) {
        Counted.ROWS_READ.add(uncounted);
        uncounted = 0;
      }
    }

    @Override
    public void reject(DeadLetter line) {
      output.reject(line);
    }
  }
}
