package dev.diagonal.elasticsearch.bulk;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.Retry;
import java.io.Serializable;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.jspecify.annotations.Nullable;

/**
 * The settings of bulk requests.
 *
 * @param target the index and how to reach it
 * @param bulkDocuments the maximum number of documents per request
 * @param bulkBytes the maximum size of a body, unless a single document is larger
 * @param maxDocumentBytes the maximum size of a document in a body; a larger one is refused before
 *     it is sent
 * @param bulkRequests the maximum number of requests in flight per JVM, of all writers to the same
 *     nodes with the same setting
 * @param writerRequests the maximum number of requests in flight per writer
 * @param requestTimeout how long one node may take for a complete response before the request
 *     counts as lost
 * @param gzip whether bodies are compressed
 * @param retry how transient errors are retried
 * @param pipeline the ingest pipeline of each document, or null for the one that the index names
 */
public record BulkSettings(
    ElasticsearchTarget target,
    int bulkDocuments,
    long bulkBytes,
    long maxDocumentBytes,
    int bulkRequests,
    int writerRequests,
    Duration requestTimeout,
    boolean gzip,
    Retry retry,
    @Nullable String pipeline)
    implements Serializable {

  private static final long MEBIBYTE = 1L << 20;

  /** Elasticsearch's default limit for the body of a request. */
  private static final long HTTP_LIMIT_BYTES = 100 * MEBIBYTE;

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public BulkSettings {
    checkArgument(
        bulkDocuments >= 1 && bulkDocuments <= 100_000,
        "bulkDocuments must be within 1 to 100000, got %s",
        bulkDocuments);
    checkArgument(
        bulkBytes >= 1 && bulkBytes <= 1L << 30,
        "bulkBytes must be within 1 to 1073741824, got %s",
        bulkBytes);
    checkArgument(
        maxDocumentBytes >= 1 && maxDocumentBytes <= 1L << 30,
        "maxDocumentBytes must be within 1 to 1073741824, got %s",
        maxDocumentBytes);
    checkArgument(
        bulkRequests >= 1 && bulkRequests <= 1_000,
        "bulkRequests must be within 1 to 1000, got %s",
        bulkRequests);
    checkArgument(
        writerRequests >= 1 && writerRequests <= 1_000,
        "writerRequests must be within 1 to 1000, got %s",
        writerRequests);
    checkArgument(
        !requestTimeout.isNegative()
            && !requestTimeout.isZero()
            && requestTimeout.compareTo(Duration.ofDays(1)) <= 0,
        "requestTimeout must be above 0 and at most a day, got %s",
        requestTimeout);
    checkArgument(
        pipeline == null || !pipeline.isBlank(), "pipeline must be a name, got '%s'", pipeline);
  }

  /**
   * Returns the defaults: requests of 1,000 documents and 5 MiB, 4 in flight per JVM and 2 per
   * writer, a timeout of 120 seconds, no compression, documents of at most 100 MiB, and {@link
   * Retry#defaults}.
   */
  public static BulkSettings of(ElasticsearchTarget target) {
    return new BulkSettings(
        target,
        1_000,
        5 * MEBIBYTE,
        HTTP_LIMIT_BYTES,
        4,
        2,
        Duration.ofMinutes(2),
        false,
        Retry.defaults(),
        null);
  }

  public BulkSettings withBulkDocuments(int documents) {
    return with(copy -> copy.bulkDocuments = documents);
  }

  public BulkSettings withBulkBytes(long bytes) {
    return with(copy -> copy.bulkBytes = bytes);
  }

  public BulkSettings withMaxDocumentBytes(long bytes) {
    return with(copy -> copy.maxDocumentBytes = bytes);
  }

  public BulkSettings withBulkRequests(int requests) {
    return with(copy -> copy.bulkRequests = requests);
  }

  public BulkSettings withWriterRequests(int requests) {
    return with(copy -> copy.writerRequests = requests);
  }

  public BulkSettings withRequestTimeout(Duration timeout) {
    return with(copy -> copy.requestTimeout = timeout);
  }

  public BulkSettings withGzip(boolean compressed) {
    return with(copy -> copy.gzip = compressed);
  }

  public BulkSettings withRetry(Retry policy) {
    return with(copy -> copy.retry = policy);
  }

  /**
   * Sets the ingest pipeline of each document; default null for the one that the index names.
   *
   * @throws IllegalArgumentException if {@code name} is empty
   */
  public BulkSettings withPipeline(@Nullable String name) {
    return with(copy -> copy.pipeline = name);
  }

  public void display(DisplayData.Builder builder) {
    builder
        .add(DisplayData.item("target", target.toString()))
        .add(DisplayData.item("bulkDocuments", bulkDocuments))
        .add(DisplayData.item("bulkBytes", bulkBytes))
        .add(DisplayData.item("maxDocumentBytes", maxDocumentBytes))
        .add(DisplayData.item("bulkRequests", bulkRequests))
        .add(DisplayData.item("writerRequests", writerRequests))
        .add(DisplayData.item("requestTimeout", requestTimeout.toString()))
        .add(DisplayData.item("gzip", gzip))
        .add(DisplayData.item("maxAttempts", retry.maxAttempts()))
        .addIfNotNull(DisplayData.item("pipeline", pipeline));
  }

  private BulkSettings with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.done();
  }

  /** A copy of settings to be changed. */
  private static final class Copy {
    private ElasticsearchTarget target;
    private int bulkDocuments;
    private long bulkBytes;
    private long maxDocumentBytes;
    private int bulkRequests;
    private int writerRequests;
    private Duration requestTimeout;
    private boolean gzip;
    private Retry retry;
    private @Nullable String pipeline;

    Copy(BulkSettings from) {
      target = from.target;
      bulkDocuments = from.bulkDocuments;
      bulkBytes = from.bulkBytes;
      maxDocumentBytes = from.maxDocumentBytes;
      bulkRequests = from.bulkRequests;
      writerRequests = from.writerRequests;
      requestTimeout = from.requestTimeout;
      gzip = from.gzip;
      retry = from.retry;
      pipeline = from.pipeline;
    }

    BulkSettings done() {
      return new BulkSettings(
          target,
          bulkDocuments,
          bulkBytes,
          maxDocumentBytes,
          bulkRequests,
          writerRequests,
          requestTimeout,
          gzip,
          retry,
          pipeline);
    }
  }
}
