package dev.diagonal.write;

import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;

/**
 * Deals the elements of a bundle, and waits for its batches before the bundle is done. What is put
 * out on the way need not be of the window of the element in process.
 */
abstract class DealingFn<InputT, T, OutputT> extends DoFn<InputT, OutputT> {

  private final ConflictFree<T> write;
  private final Coder<T> rowCoder;
  private final Dealer.Leaving leaving;
  private final boolean routeBadRecords;
  private transient Dealers<T> dealers;

  DealingFn(
      ConflictFree<T> write, Coder<T> rowCoder, Dealer.Leaving leaving, boolean routeBadRecords) {
    this.write = write;
    this.rowCoder = rowCoder;
    this.leaving = leaving;
    this.routeBadRecords = routeBadRecords;
  }

  /** Deals an element. */
  abstract void deal(
      Dealers<T> dealers, InputT element, BoundedWindow window, Dealers.Outputs<T> outputs);

  /** What is put out for a batch. */
  abstract OutputT outputFor(Dealt<T> dealt);

  @Setup
  public void setup() {
    dealers = new Dealers<>(write, rowCoder, leaving);
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
                  public void emit(Dealt<T> dealt) {
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
    if (dealers != null) { // it is null where the setup has failed
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
    public void emit(Dealt<T> dealt) {
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
