package dev.diagonal.write;

import dev.diagonal.block.Block;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.KV;

/** Joins the blocks of a lane to batches of a cell each, and writes all of them. */
final class WriteLeftoversFn<T>
    extends DoFn<KV<Integer, Iterable<KV<Integer, Block<T>>>>, BatchWritten> {

  private final ConflictFree<T> write;
  private final Coder<T> rowCoder;
  private final boolean routeBadRecords;
  private transient Dealers<T> dealers;

  WriteLeftoversFn(ConflictFree<T> write, Coder<T> rowCoder, boolean routeBadRecords) {
    this.write = write;
    this.rowCoder = rowCoder;
    this.routeBadRecords = routeBadRecords;
  }

  @Setup
  public void setup() {
    dealers = new Dealers<>(write, rowCoder, Dealer.Leaving.WRITES_ALL);
  }

  @ProcessElement
  public void process(
      @Element KV<Integer, Iterable<KV<Integer, Block<T>>>> lane,
      BoundedWindow window,
      ProcessContext context) {
    for (KV<Integer, Block<T>> block : lane.getValue()) {
      dealers.add(window, block.getKey(), block.getValue(), of -> new Into(of, context));
    }
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    dealers.finish(
        (window, dealer) ->
            dealer.finish(
                new DealtOutput<>(dealers, routeBadRecords) {
                  @Override
                  public void emit(Dealt<T> dealt) {
                    context.output(accountOf(dealt), window.maxTimestamp(), window);
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

  private static <T> BatchWritten accountOf(Dealt<T> dealt) {
    if (dealt instanceof Dealt.Done<T> done) {
      return done.batch();
    }
    throw new IllegalStateException("all is written here, and this is left: " + dealt);
  }

  /** Puts out into a window, which need not be that of the element in process. */
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
          accountOf(dealt), window.maxTimestamp(), List.of(window), PaneInfo.NO_FIRING);
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
