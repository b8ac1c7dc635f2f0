package dev.diagonal.elasticsearch;

import dev.diagonal.block.Block;
import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.elasticsearch.bulk.BulkListener;
import dev.diagonal.internal.elasticsearch.bulk.BulkSession;
import dev.diagonal.internal.elasticsearch.bulk.BulkWriter;
import dev.diagonal.internal.elasticsearch.bulk.RefusedDocument;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.metrics.WriteMetrics;
import dev.diagonal.metrics.Changes;
import dev.diagonal.metrics.Written;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.jspecify.annotations.Nullable;

/**
 * Passes the blocks of a bundle to one writer and emits the results: dead letters as they come, if
 * they are in the current window, the rest at the end of the bundle.
 */
final class IndexFn extends DoFn<Block<Document>, Written> {

  private final BulkSettings settings;
  private final boolean routeRefused;
  private final WriteMetrics metrics = WriteMetrics.create();
  private transient @Nullable BulkSession kept;
  private transient @Nullable BulkWriter<BlockAccount> writer;
  private transient List<BlockAccount> blocks = new ArrayList<>();
  private transient List<DeadLetter> deadLetters = new ArrayList<>();

  IndexFn(BulkSettings settings, boolean routeRefused) {
    this.settings = settings;
    this.routeRefused = routeRefused;
  }

  /** The documents of a block that are in effect. */
  private static final class BlockAccount {
    final BoundedWindow window;
    Written written;

    BlockAccount(BoundedWindow window, Written nothing) {
      this.window = window;
      this.written = nothing;
    }
  }

  private record DeadLetter(BoundedWindow window, BadRecord record) {}

  @Setup
  public void setup() {
    // Otherwise the connections would be closed between two bundles.
    kept = BulkSession.acquire(settings);
  }

  @StartBundle
  public void startBundle() {
    blocks = new ArrayList<>();
    deadLetters = new ArrayList<>();
    writer = BulkWriter.open(settings, new Accounts());
  }

  @ProcessElement
  public void process(
      @Element Block<Document> block, BoundedWindow window, MultiOutputReceiver outputs)
      throws IOException, InterruptedException {
    BlockAccount account = new BlockAccount(window, Written.nothing(settings.target().index()));
    blocks.add(account);
    for (Document document : block.records()) {
      writer().accept(document, account);
    }
    if (!deadLetters.isEmpty()) {
      handOut(
          window,
          bad ->
              outputs
                  .get(BadRecordRouter.BAD_RECORD_TAG)
                  .outputWithTimestamp(bad.record(), window.maxTimestamp()));
    }
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) throws IOException, InterruptedException {
    writer().flush();
    closeWriter();
    for (DeadLetter bad : deadLetters) {
      context.output(
          BadRecordRouter.BAD_RECORD_TAG, bad.record(), bad.window().maxTimestamp(), bad.window());
    }
    for (BlockAccount block : blocks) {
      context.output(block.written, block.window.maxTimestamp(), block.window);
    }
    deadLetters.clear();
    blocks.clear();
  }

  @Teardown
  public void teardown() {
    closeWriter();
    if (kept != null) {
      kept.release();
      kept = null;
    }
  }

  private void handOut(BoundedWindow window, Consumer<DeadLetter> output) {
    List<DeadLetter> others = new ArrayList<>();
    for (DeadLetter bad : deadLetters) {
      if (bad.window().equals(window)) {
        output.accept(bad);
      } else {
        others.add(bad);
      }
    }
    deadLetters = others;
  }

  private BulkWriter<BlockAccount> writer() {
    if (writer == null) {
      throw new IllegalStateException("there is no bundle");
    }
    return writer;
  }

  private void closeWriter() {
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }

  private final class Accounts implements BulkListener<BlockAccount> {
    @Override
    public void indexed(BlockAccount block, int documents) {
      add(block, new Written(block.written.target(), documents, 0, 0));
    }

    private void add(BlockAccount block, Written more) {
      block.written = block.written.plus(more);
    }

    @Override
    public void missing(BlockAccount block, int documents, boolean isSure) {
      String target = block.written.target();
      add(block, new Written(target, 0, 0, 0, Changes.unmatched(documents, isSure)));
    }

    @Override
    public void superseded(BlockAccount block, int documents) {
      Counted.SUPERSEDED.add(documents);
    }

    @Override
    public void refused(BlockAccount block, RefusedDocument document) {
      Counted.BAD_RECORDS.add(1);
      if (!routeRefused) {
        throw new BadInputException(document.describe());
      }
      deadLetters.add(new DeadLetter(block.window, document.toBadRecord()));
    }

    @Override
    public void ended(BlockAccount first, Written request) {
      metrics.counted(request);
      add(first, new Written(request.target(), 0, request.attempts(), request.millis()));
    }
  }
}
