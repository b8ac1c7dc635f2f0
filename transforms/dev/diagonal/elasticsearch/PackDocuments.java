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
 * Packs single documents into blocks for {@link IndexDocuments}: every document is in exactly one
 * block, in its window.
 *
 * <p>Full blocks of a bundle are emitted directly. Leftover documents (all of them if bundles are
 * small: on the DirectRunner after a {@code Reshuffle}, each has one element) are grouped with
 * those of other bundles under a few keys, a function of the id, so that documents of one id stay
 * in order there. They are emitted in full blocks, at the end of the window and, if the input is
 * unbounded, after at most one second unless {@linkplain #withMaxBufferingDuration set}.
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

  /** Packs up to 1,000 documents per block, under 4 keys. */
  public static PackDocuments create() {
    return new PackDocuments(1_000, 4, SECOND);
  }

  /**
   * Sets the maximum number of documents per block; default 1,000.
   *
   * @throws IllegalArgumentException if {@code documents} is not within 1 to 100,000
   */
  public PackDocuments withBlockDocuments(int documents) {
    return new PackDocuments(documents, keys, maxBuffering);
  }

  /**
   * Sets the number of keys for leftover documents, which is the number of blocks that fill, and
   * are written, concurrently; default 4.
   *
   * @throws IllegalArgumentException if {@code keys} is not within 1 to 10,000
   */
  public PackDocuments withKeys(int keys) {
    return new PackDocuments(blockDocuments, keys, maxBuffering);
  }

  /**
   * Sets how long a document of an unbounded input waits at most for others; default 1 second.
   *
   * @throws IllegalArgumentException if {@code duration} is below 1 ms
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

  /** Fills one block per window; a bundle seldom has more than a few windows. */
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
