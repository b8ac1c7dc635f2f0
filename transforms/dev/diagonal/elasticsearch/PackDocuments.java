package dev.diagonal.elasticsearch;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.block.Block;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.internal.block.MergeSmallBlocks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.joda.time.Duration;

/**
 * Blocks of single documents, for {@link IndexDocuments}: every document is in exactly one, in its
 * window.
 *
 * <p>A bundle's full blocks go straight on. What is left of a bundle, which is all of it where
 * bundles are small (on the DirectRunner behind a {@code Reshuffle} each holds one element), is
 * grouped with what is left of others on a few keys, a function of the id: documents of one id that
 * meet there stay in order. It leaves in full blocks, at the end of the window and, if the input is
 * unbounded, after a second at most unless {@linkplain #withMaxBufferingDuration set}.
 */
public final class PackDocuments
    extends PTransform<PCollection<Document>, PCollection<Block<Document>>> {

  private static final Duration SECOND = Duration.standardSeconds(1);

  private final int blockDocuments;
  private final int keys;
  private final Duration maxBuffering;

  private PackDocuments(int blockDocuments, int keys, Duration maxBuffering) {
    checkArgument(
        blockDocuments >= 1 && blockDocuments <= 100_000,
        "blockDocuments must be within 1 to 100000, got %s",
        blockDocuments);
    checkArgument(keys >= 1 && keys <= 10_000, "keys must be within 1 to 10000, got %s", keys);
    checkArgument(
        maxBuffering.getMillis() >= 1,
        "maxBufferingDuration must be >= 1 ms, got %s",
        maxBuffering);
    this.blockDocuments = blockDocuments;
    this.keys = keys;
    this.maxBuffering = maxBuffering;
  }

  /** Packs 1,000 documents a block, on 4 keys. */
  public static PackDocuments create() {
    return new PackDocuments(1_000, 4, SECOND);
  }

  /**
   * Sets how many documents a block has at most; default 1,000.
   *
   * @throws IllegalArgumentException if {@code documents} is not within 1 to 100,000
   */
  public PackDocuments withBlockDocuments(int documents) {
    return new PackDocuments(documents, keys, maxBuffering);
  }

  /**
   * Sets how many keys small bundles are grouped on, which is how many blocks fill, and are
   * written, at once; default 4.
   *
   * @throws IllegalArgumentException if {@code keys} is not within 1 to 10,000
   */
  public PackDocuments withKeys(int keys) {
    return new PackDocuments(blockDocuments, keys, maxBuffering);
  }

  /**
   * Sets how long a document of an unbounded input waits for others at most; default 1 second.
   *
   * @throws IllegalArgumentException if {@code duration} is below a millisecond
   */
  public PackDocuments withMaxBufferingDuration(Duration duration) {
    return new PackDocuments(blockDocuments, keys, duration);
  }

  @Override
  public PCollection<Block<Document>> expand(PCollection<Document> documents) {
    Coder<Block<Document>> coder = Block.coder(Document.coder());
    TupleTag<Block<Document>> full = new TupleTag<>() {};
    TupleTag<KV<Integer, Block<Document>>> rest = new TupleTag<>() {};
    PCollectionTuple packed =
        documents.apply(
            "Pack in the bundle",
            ParDo.of(new PackFn(blockDocuments, keys, rest))
                .withOutputTags(full, TupleTagList.of(rest)));
    PCollection<Block<Document>> grouped =
        packed
            .get(rest)
            .setCoder(KvCoder.of(VarIntCoder.of(), coder))
            .apply("Join the rest", MergeSmallBlocks.of(blockDocuments, maxBuffering));
    return PCollectionList.of(packed.get(full).setCoder(coder))
        .and(grouped)
        .apply("All blocks", Flatten.pCollections());
  }

  /** One block fills for each window; a bundle seldom has more than a few. */
  private static final class PackFn extends DoFn<Document, Block<Document>> {
    private final int blockDocuments;
    private final int keys;
    private final TupleTag<KV<Integer, Block<Document>>> rest;
    private transient Map<BoundedWindow, List<Document>> filling = new HashMap<>();

    PackFn(int blockDocuments, int keys, TupleTag<KV<Integer, Block<Document>>> rest) {
      this.blockDocuments = blockDocuments;
      this.keys = keys;
      this.rest = rest;
    }

    @StartBundle
    public void startBundle() {
      filling = new HashMap<>();
    }

    @ProcessElement
    public void process(
        @Element Document document, BoundedWindow window, OutputReceiver<Block<Document>> output) {
      List<Document> block = filling.computeIfAbsent(window, w -> new ArrayList<>());
      block.add(document);
      if (block.size() == blockDocuments) {
        output.outputWithTimestamp(new Block<>(block), window.maxTimestamp());
        block.clear();
      }
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) {
      filling.forEach(
          (window, documents) -> {
            Map<Integer, List<Document>> byKey = new HashMap<>();
            for (Document document : documents) {
              byKey
                  .computeIfAbsent(
                      Math.floorMod(document.id().hashCode(), keys), k -> new ArrayList<>())
                  .add(document);
            }
            byKey.forEach(
                (key, block) ->
                    context.output(
                        rest, KV.of(key, new Block<>(block)), window.maxTimestamp(), window));
          });
      filling.clear();
    }
  }
}
