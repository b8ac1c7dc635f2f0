package dev.diagonal.elasticsearch;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.block.Block;
import dev.diagonal.fault.Retry;
import dev.diagonal.write.WriteMetrics;
import dev.diagonal.write.Written;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Written} for each block of documents, when the block is in an Elasticsearch index.
 *
 * <p>Input: blocks of any size, in any window. Output: in the same window, to {@code Wait.on} or to
 * add up. A block is sent in bulk requests of at most {@code bulkDocuments} documents (1,000 unless
 * {@linkplain #withBulkDocuments set}) and {@code bulkBytes} bytes (5 MiB unless {@linkplain
 * #withBulkBytes set}). Documents are searchable after the index's next refresh: see {@link
 * RefreshIndex}.
 *
 * <p>Guarantee: every document takes effect at least once, and since it is indexed by its id,
 * sending it again (a retried request, a retried bundle, the whole run once more) changes nothing.
 * Of documents with the same id in one block the last one stays; between blocks there is no order.
 *
 * <p>Parallelism: one request at a time for each instance of the step that the runner keeps.
 *
 * <p>Faults: of a bulk request only the documents that were rejected (429, 503) are sent again;
 * requests answered 429, 502, 503 or 504, and the faults of connections, are sent again as a whole;
 * both within a bound (8 attempts unless {@linkplain #withRetry set}). Every other fault, and the
 * last of these, fails the run with the index, the id of the first document, status and reason.
 *
 * <p>Metrics: {@code rows_written}, {@code batches_written}, {@code retries}, {@code write_millis}.
 */
public final class IndexDocuments
    extends PTransform<PCollection<Block<Document>>, PCollection<Written>> {

  private final Bulk bulk;

  private IndexDocuments(Bulk bulk) {
    this.bulk = bulk;
  }

  /** Returns a write that indexes documents into {@code target}. */
  public static IndexDocuments into(ElasticsearchTarget target) {
    return new IndexDocuments(new Bulk(target, 1_000, 5L << 20, Retry.defaults()));
  }

  /**
   * Sets how many documents a bulk request has at most; default 1,000.
   *
   * @throws IllegalArgumentException if {@code documents} is not within 1 to 100,000
   */
  public IndexDocuments withBulkDocuments(int documents) {
    return new IndexDocuments(bulk.withDocuments(documents));
  }

  /**
   * Sets how many bytes the body of a bulk request has at most, unless a single document is larger;
   * default 5 MiB. Elasticsearch takes 100 MB unless told otherwise.
   *
   * @throws IllegalArgumentException if {@code bytes} is not within 1 to 1 GiB
   */
  public IndexDocuments withBulkBytes(long bytes) {
    return new IndexDocuments(bulk.withBytes(bytes));
  }

  /** Sets how faults that may pass are retried; default {@link Retry#defaults}. */
  public IndexDocuments withRetry(Retry retry) {
    return new IndexDocuments(bulk.withRetry(retry));
  }

  @Override
  public PCollection<Written> expand(PCollection<Block<Document>> blocks) {
    return blocks.apply("Index", ParDo.of(new IndexFn(bulk))).setCoder(Written.coder());
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder
        .add(DisplayData.item("target", bulk.target().toString()))
        .add(DisplayData.item("bulkDocuments", bulk.documents()))
        .add(DisplayData.item("bulkBytes", bulk.bytes()));
  }

  /** What is sent where and how. */
  record Bulk(ElasticsearchTarget target, int documents, long bytes, Retry retry)
      implements Serializable {
    Bulk {
      checkArgument(
          documents >= 1 && documents <= 100_000,
          "bulkDocuments must be within 1 to 100000, got %s",
          documents);
      checkArgument(
          bytes >= 1 && bytes <= 1L << 30,
          "bulkBytes must be within 1 to 1073741824, got %s",
          bytes);
    }

    Bulk withDocuments(int documents) {
      return new Bulk(target, documents, bytes, retry);
    }

    Bulk withBytes(long bytes) {
      return new Bulk(target, documents, bytes, retry);
    }

    Bulk withRetry(Retry retry) {
      return new Bulk(target, documents, bytes, retry);
    }
  }

  static final class IndexFn extends DoFn<Block<Document>, Written> {
    private final Bulk bulk;
    private final WriteMetrics metrics = WriteMetrics.create();
    private transient @Nullable BulkIndexer indexer;

    IndexFn(Bulk bulk) {
      this.bulk = bulk;
    }

    @ProcessElement
    public void process(@Element Block<Document> block, OutputReceiver<Written> out)
        throws Exception {
      Written written = Written.nothing(bulk.target().index());
      for (List<Document> documents :
          BulkBody.cut(block.records(), bulk.documents(), bulk.bytes())) {
        Written batch = indexer().write(documents);
        metrics.counted(batch);
        written = written.plus(batch);
      }
      out.output(written);
    }

    @Teardown
    public void teardown() throws IOException {
      if (indexer != null) {
        indexer.close();
      }
    }

    private BulkIndexer indexer() {
      if (indexer == null) {
        indexer = new BulkIndexer(bulk);
      }
      return indexer;
    }
  }
}
