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
 * One {@link Written} for each block of documents, when the block is in Elasticsearch.
 *
 * <p>Input: blocks of any size, in any window; {@link PackDocuments} makes them of single
 * documents. The blocks of a bundle fill bulk requests one after the other, of at most {@code
 * bulkDocuments} documents (1,000 unless {@linkplain #withBulkDocuments set}) and {@code bulkBytes}
 * bytes (5 MiB unless {@linkplain #withBulkBytes set}). Output: in the windows of the blocks, at
 * their ends, to {@code Wait.on} or to add up; the attempts of a request are counted with the block
 * it begins with. Documents are searchable after the index's next refresh: see {@link
 * dev.diagonal.elasticsearch.index.RefreshIndex}.
 *
 * <p>Guarantee: every document takes effect at least once, within the bundle that reads it, and
 * since it has an id of its own, sending it again (a retried request, a retried bundle, the whole
 * run once more) changes nothing. Documents with the same id in one block take effect in their
 * order; between blocks there is none.
 *
 * <p>Parallelism: each instance of the step that the runner keeps has two requests in flight while
 * it fills the next (unless {@linkplain #withWriterRequests set}), and all of a JVM together four
 * (unless {@linkplain #withBulkRequests set}).
 *
 * <p>Faults: see {@link dev.diagonal.internal.elasticsearch.bulk.BulkWriter}. A document that
 * Elasticsearch will never take fails the run, or goes to a {@linkplain #withBadRecordErrorHandler
 * handler}. What retries do not help against fails the run with a {@link
 * dev.diagonal.elasticsearch.bulk.NotIndexedException}.
 *
 * <p>Metrics: {@code rows_written}, {@code batches_written} and {@code write_millis} (requests),
 * {@code retries} (requests sent again, in part or as a whole), {@code bad_records}.
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

  /** Returns a write with settings made elsewhere. */
  public static IndexDocuments with(BulkSettings settings) {
    return new IndexDocuments(settings, null);
  }

  /**
   * Sets how many documents a bulk request has at most; default 1,000.
   *
   * @throws IllegalArgumentException if {@code documents} is not within 1 to 100,000
   */
  public IndexDocuments withBulkDocuments(int documents) {
    return changed(settings.withBulkDocuments(documents));
  }

  /**
   * Sets how many bytes the body of a bulk request has at most, unless a single document is larger;
   * default 5 MiB. Elasticsearch takes 100 MiB unless told otherwise.
   *
   * @throws IllegalArgumentException if {@code bytes} is not within 1 to 1 GiB
   */
  public IndexDocuments withBulkBytes(long bytes) {
    return changed(settings.withBulkBytes(bytes));
  }

  /**
   * Sets how many bytes a document may take in the body of a request; a larger one is a bad record
   * and is not sent. Default 100 MiB.
   *
   * @throws IllegalArgumentException if {@code bytes} is not within 1 to 1 GiB
   */
  public IndexDocuments withMaxDocumentBytes(long bytes) {
    return changed(settings.withMaxDocumentBytes(bytes));
  }

  /**
   * Sets how many requests may be in flight in a JVM, of all steps that write to the same nodes;
   * default 4.
   *
   * @throws IllegalArgumentException if {@code requests} is not within 1 to 1,000
   */
  public IndexDocuments withBulkRequests(int requests) {
    return changed(settings.withBulkRequests(requests));
  }

  /**
   * Sets how many requests may be in flight of one instance of the step; default 2.
   *
   * @throws IllegalArgumentException if {@code requests} is not within 1 to 1,000
   */
  public IndexDocuments withWriterRequests(int requests) {
    return changed(settings.withWriterRequests(requests));
  }

  /**
   * Sets how long one node may take for a complete answer before it counts as lost; default 120
   * seconds. The request is sent again then, and the first copy may still arrive: see {@link
   * Document#withVersion}.
   *
   * @throws IllegalArgumentException if {@code timeout} is not above 0 or longer than a day
   */
  public IndexDocuments withRequestTimeout(Duration timeout) {
    return changed(settings.withRequestTimeout(timeout));
  }

  /** Sets whether requests are compressed, which costs the processor and spares the network. */
  public IndexDocuments withGzip(boolean gzip) {
    return changed(settings.withGzip(gzip));
  }

  /** Sets how faults that may pass are retried; default {@link Retry#defaults}. */
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

  /** Returns what its requests are like, for a writer that is no step of its own. */
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
