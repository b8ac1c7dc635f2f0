package dev.diagonal.elasticsearch;

import dev.diagonal.block.Block;
import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.fault.DeadLetterOutput;
import dev.diagonal.metrics.Written;
import java.time.Duration;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Indexes blocks of documents in Elasticsearch. Emits one {@link Written} per block, when the block
 * is indexed.
 *
 * <p>Input: blocks of any size, in any window; {@link PackDocuments} makes them of single
 * documents. The blocks of a bundle fill one bulk request after another, of at most {@code
 * bulkDocuments} documents (1,000 unless {@linkplain #withBulkDocuments set}) and {@code bulkBytes}
 * bytes (5 MiB unless {@linkplain #withBulkBytes set}). Output: in the windows of the blocks, at
 * their ends, to be summed or passed to {@code Wait.on}; the attempts of a request are counted with
 * its first block. Documents are searchable after the index's next refresh: see {@link
 * dev.diagonal.elasticsearch.index.RefreshIndex}.
 *
 * <p>Guarantee: every document takes effect at least once, within the bundle that reads it. It has
 * its own id, so sending it again (a retried request, a retried bundle, a repeated run) changes
 * nothing. Documents with the same id in one block take effect in order; between blocks there is no
 * order.
 *
 * <p>Parallelism: each instance of the step that the runner keeps has two requests in flight while
 * it fills the next (unless {@linkplain #withWriterRequests set}), and all instances of a JVM
 * together four (unless {@linkplain #withBulkRequests set}).
 *
 * <p>Faults: rejected documents (429, 503) are sent again alone; a request without a readable
 * response, or with 429, 502, 503 or 504, is sent again; one that is refused for its contents or
 * size (400, 413) is halved until the bad documents are alone. A document that Elasticsearch
 * refuses permanently fails the run, or goes to a {@linkplain #withBadRecordErrorHandler handler}.
 * An error that persists after retries fails the run with a {@link
 * dev.diagonal.elasticsearch.bulk.NotIndexedException}.
 *
 * <p>Metrics: {@code rows_written}, {@code batches_written} and {@code write_millis} (requests),
 * {@code retries} (requests sent again, partly or entirely), {@code bad_records}.
 */
public final class IndexDocuments
    extends PTransform<PCollection<Block<Document>>, PCollection<Written>> {

  private final BulkSettings settings;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private IndexDocuments(BulkSettings settings, @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.settings = settings;
    this.errorHandler = errorHandler;
  }

  /** Returns a write that indexes documents into {@code target}. */
  public static IndexDocuments into(ElasticsearchTarget target) {
    return with(BulkSettings.of(target));
  }

  /** Returns a write with the given settings. */
  public static IndexDocuments with(BulkSettings settings) {
    return new IndexDocuments(settings, null);
  }

  /**
   * Sets the maximum number of documents per bulk request; default 1,000.
   *
   * @throws IllegalArgumentException if {@code documents} is not within 1 to 100,000
   */
  public IndexDocuments withBulkDocuments(int documents) {
    return changed(settings.withBulkDocuments(documents));
  }

  /**
   * Sets the maximum size of a bulk request's body, unless a single document is larger; default 5
   * MiB. Elasticsearch's default limit is 100 MiB.
   *
   * @throws IllegalArgumentException if {@code bytes} is not within 1 to 1 GiB
   */
  public IndexDocuments withBulkBytes(long bytes) {
    return changed(settings.withBulkBytes(bytes));
  }

  /**
   * Sets the maximum size of a document in the body of a request; a larger one is a bad record and
   * is not sent. Default 100 MiB.
   *
   * @throws IllegalArgumentException if {@code bytes} is not within 1 to 1 GiB
   */
  public IndexDocuments withMaxDocumentBytes(long bytes) {
    return changed(settings.withMaxDocumentBytes(bytes));
  }

  /**
   * Sets the maximum number of requests in flight per JVM, of all steps that write to the same
   * nodes; default 4.
   *
   * @throws IllegalArgumentException if {@code requests} is not within 1 to 1,000
   */
  public IndexDocuments withBulkRequests(int requests) {
    return changed(settings.withBulkRequests(requests));
  }

  /**
   * Sets the maximum number of requests in flight per instance of the step; default 2.
   *
   * @throws IllegalArgumentException if {@code requests} is not within 1 to 1,000
   */
  public IndexDocuments withWriterRequests(int requests) {
    return changed(settings.withWriterRequests(requests));
  }

  /**
   * Sets how long one node may take for a complete response before the request counts as lost;
   * default 120 seconds. The request is then sent again, and the first copy may still arrive: see
   * {@link Document#withVersion}.
   *
   * @throws IllegalArgumentException if {@code timeout} is not above 0 or longer than a day
   */
  public IndexDocuments withRequestTimeout(Duration timeout) {
    return changed(settings.withRequestTimeout(timeout));
  }

  /** Sets whether requests are compressed, which costs CPU time and saves bandwidth. */
  public IndexDocuments withGzip(boolean gzip) {
    return changed(settings.withGzip(gzip));
  }

  /** Sets how transient errors are retried; default {@link Retry#defaults}. */
  public IndexDocuments withRetry(Retry retry) {
    return changed(settings.withRetry(retry));
  }

  /**
   * Sets the ingest pipeline of each document; default null for the one that the index names.
   *
   * @throws IllegalArgumentException if {@code name} is empty
   */
  public IndexDocuments withPipeline(@Nullable String name) {
    return changed(settings.withPipeline(name));
  }

  /**
   * Sends documents that Elasticsearch refuses to a handler: see {@link
   * dev.diagonal.internal.elasticsearch.bulk.RefusedDocument}.
   */
  public IndexDocuments withBadRecordErrorHandler(@Nullable ErrorHandler<BadRecord, ?> handler) {
    return new IndexDocuments(settings, handler);
  }

  /** Returns the settings of its requests, for a writer outside this step. */
  public BulkSettings settings() {
    return settings;
  }

  private IndexDocuments changed(BulkSettings changed) {
    return new IndexDocuments(changed, errorHandler);
  }

  @Override
  public PCollection<Written> expand(PCollection<Block<Document>> blocks) {
    TupleTag<Written> written = new TupleTag<>() {};
    PCollectionTuple outputs =
        blocks.apply(
            "Index",
            ParDo.of(new IndexFn(settings, errorHandler != null))
                .withOutputTags(written, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(outputs, errorHandler);
    return outputs.get(written).setCoder(Written.coder());
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    settings.display(builder);
  }
}
