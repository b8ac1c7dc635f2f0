package dev.diagonal.conflictfree;

import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.joda.time.Duration;

/**
 * Assigns the elements of a bundle to cells, and waits for its batches before the bundle ends.
 * Outputs need not be in the window of the current element.
 */
abstract class BatchCellsFn<InputT, T, OutputT> extends DoFn<InputT, OutputT> {

  private final ConflictFreeSettings<T> write;
  private final Coder<T> rowCoder;
  private final CellBatcher.EmitPolicy emitPolicy;
  private final boolean routeBadRecords;
  private transient WindowedBatchers<T> batchers;

  BatchCellsFn(
      ConflictFreeSettings<T> write,
      Coder<T> rowCoder,
      CellBatcher.EmitPolicy emitPolicy,
      boolean routeBadRecords) {
    this.write = write;
    this.rowCoder = rowCoder;
    this.emitPolicy = emitPolicy;
    this.routeBadRecords = routeBadRecords;
  }

  /** Assigns an element to a cell. */
  abstract void assign(
      WindowedBatchers<T> batchers,
      InputT element,
      BoundedWindow window,
      WindowedBatchers.Outputs<T> outputs);

  /** Returns the output for a batch or leftover rows. */
  abstract OutputT outputFor(CellOutput<T> outcome);

  @Setup
  public void setup() {
    batchers = new WindowedBatchers<>(write, rowCoder, emitPolicy);
  }

  @ProcessElement
  public void process(@Element InputT element, BoundedWindow window, ProcessContext context) {
    assign(batchers, element, window, of -> new Into(of, context));
  }

  /**
   * Batches of one window may be emitted early, when there are many rows of a later one. Older Beam
   * does not ask, and newer Beam refuses them otherwise.
   */
  @Override
  @SuppressWarnings("deprecation") // has no successor
  public Duration getAllowedTimestampSkew() {
    return Duration.millis(Long.MAX_VALUE);
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    batchers.finish(
        (window, batcher) ->
            batcher.finish(
                new CountedRejects<>(batchers, routeBadRecords) {
                  @Override
                  public void emit(CellOutput<T> outcome) {
                    context.output(outputFor(outcome), window.maxTimestamp(), window);
                  }

                  @Override
                  void emitBad(BadRecord bad) {
                    context.output(
                        BadRecordRouter.BAD_RECORD_TAG, bad, window.maxTimestamp(), window);
                  }
                }));
  }

  @Teardown
  public void teardown() {
    if (batchers != null) { // null if the setup has failed
      batchers.close();
    }
  }

  private final class Into extends CountedRejects<T> {
    private final BoundedWindow window;
    private final ProcessContext context;

    Into(BoundedWindow window, ProcessContext context) {
      super(batchers, routeBadRecords);
      this.window = window;
      this.context = context;
    }

    @Override
    public void emit(CellOutput<T> outcome) {
      context.outputWindowedValue(
          outputFor(outcome), window.maxTimestamp(), List.of(window), PaneInfo.NO_FIRING);
    }

    @Override
    void emitBad(BadRecord bad) {
      context.outputWindowedValue(
          BadRecordRouter.BAD_RECORD_TAG,
          bad,
          window.maxTimestamp(),
          List.of(window),
          PaneInfo.NO_FIRING);
    }
  }
}
