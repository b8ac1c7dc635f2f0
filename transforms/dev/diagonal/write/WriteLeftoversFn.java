package dev.diagonal.write;

import dev.diagonal.block.Block;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
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
    Dealer<T> dealer = dealers.in(window);
    DealtOutput<T> output =
        new DealtOutput<>(dealers, routeBadRecords) {
          @Override
          public void emit(Dealt<T> dealt) {
            context.outputWithTimestamp(accountOf(dealt), window.maxTimestamp());
          }

          @Override
          void emitBad(BadRecord bad) {
            context.output(BadRecordRouter.BAD_RECORD_TAG, bad);
          }
        };
    for (KV<Integer, Block<T>> block : lane.getValue()) {
      dealer.add(block.getKey(), block.getValue(), output);
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
}
