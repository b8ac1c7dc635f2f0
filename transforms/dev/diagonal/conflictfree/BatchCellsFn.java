package dev.diagonal.conflictfree;

import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;

/**
 * Assigns the elements of a bundle to cells, and waits for its batches before the bundle ends.
 * Outputs need not be in the window of the current element.
 */
abstract class BatchCellsFn<InputT, T, OutputT> extends DoFn<InputT, OutputT> {

  private final ConflictFreeSettings<T> write;
  private final Coder<T> rowCoder;
  private final CellBatcher.Leaving leaving;
  private final boolean routeBadRecords;
  private transient WindowedBatchers<T> dealers;

  BatchCellsFn(
      ConflictFreeSettings<T> write,
      Coder<T> rowCoder,
      CellBatcher.Leaving leaving,
      boolean routeBadRecords) {
    this.write = write;
    this.rowCoder = rowCoder;
    this.leaving = leaving;
    this.routeBadRecords = routeBadRecords;
  }

  /** Assigns an element to a cell. */
  abstract void deal(
      WindowedBatchers<T> dealers,
      InputT element,
      BoundedWindow window,
      WindowedBatchers.Outputs<T> outputs);

  /** Returns the output for a batch or leftover rows. */
  abstract OutputT outputFor(CellOutput<T> dealt);

  @Setup
  public void setup() {
    dealers = new WindowedBatchers<>(write, rowCoder, leaving);
  }

  @ProcessElement
  public void process(@Element InputT element, BoundedWindow window, ProcessContext context) {
    deal(dealers, element, window, of -> new Into(of, context));
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    dealers.finish(
        (window, dealer) ->
            dealer.finish(
                new DealtOutput<>(dealers, routeBadRecords) {
                  @Override
                  public void emit(CellOutput<T> dealt) {
                    context.output(outputFor(dealt), window.maxTimestamp(), window);
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
    if (dealers != null) { // null if the setup has failed
      dealers.close();
    }
  }

  private final class Into extends DealtOutput<T> {
    private final BoundedWindow window;
    private final ProcessContext context;

    Into(BoundedWindow window, ProcessContext context) {
      super(dealers, routeBadRecords);
      this.window = window;
      this.context = context;
    }

    @Override
    public void emit(CellOutput<T> dealt) {
      context.outputWindowedValue(
          outputFor(dealt), window.maxTimestamp(), List.of(window), PaneInfo.NO_FIRING);
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
