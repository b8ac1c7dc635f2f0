package dev.diagonal.elasticsearch.bulk;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.Retry;
import java.io.Serializable;
import java.time.Duration;
import org.apache.beam.sdk.transforms.display.DisplayData;

/**
 * What bulk requests are like, and where they go.
 *
 * @param target the index, and the way to it
 * @param bulkDocuments how many documents a request has at most
 * @param bulkBytes how many bytes its body has at most, unless a single document is larger
 * @param maxDocumentBytes how many bytes a document may take in a body; a larger one is refused
 *     before it is sent
 * @param bulkRequests how many requests are in flight at most in a JVM, of all writers together
 *     that have the same way to the same nodes and the same figure here
 * @param writerRequests how many of them one writer has at most
 * @param requestTimeout how long one node may take for a complete answer before it counts as lost
 * @param gzip whether bodies are compressed
 * @param retry how faults that may pass are retried
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
    Retry retry)
    implements Serializable {

  private static final long MEBIBYTE = 1L << 20;

  /** As large as the body of a request may be, unless Elasticsearch is told otherwise. */
  private static final long HTTP_LIMIT_BYTES = 100 * MEBIBYTE;

  /**
   * @throws IllegalArgumentException if a number is out of its range
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
  }

  /**
   * Returns requests of 1,000 documents and 5 MiB, 4 in flight in a JVM and 2 of a writer, that are
   * answered within 120 seconds and not compressed; documents of at most 100 MiB; and {@link
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
        Retry.defaults());
  }

  public BulkSettings withBulkDocuments(int documents) {
    return new BulkSettings(
        target,
        documents,
        bulkBytes,
        maxDocumentBytes,
        bulkRequests,
        writerRequests,
        requestTimeout,
        gzip,
        retry);
  }

  public BulkSettings withBulkBytes(long bytes) {
    return new BulkSettings(
        target,
        bulkDocuments,
        bytes,
        maxDocumentBytes,
        bulkRequests,
        writerRequests,
        requestTimeout,
        gzip,
        retry);
  }

  public BulkSettings withMaxDocumentBytes(long bytes) {
    return new BulkSettings(
        target,
        bulkDocuments,
        bulkBytes,
        bytes,
        bulkRequests,
        writerRequests,
        requestTimeout,
        gzip,
        retry);
  }

  public BulkSettings withBulkRequests(int requests) {
    return new BulkSettings(
        target,
        bulkDocuments,
        bulkBytes,
        maxDocumentBytes,
        requests,
        writerRequests,
        requestTimeout,
        gzip,
        retry);
  }

  public BulkSettings withWriterRequests(int requests) {
    return new BulkSettings(
        target,
        bulkDocuments,
        bulkBytes,
        maxDocumentBytes,
        bulkRequests,
        requests,
        requestTimeout,
        gzip,
        retry);
  }

  public BulkSettings withRequestTimeout(Duration timeout) {
    return new BulkSettings(
        target,
        bulkDocuments,
        bulkBytes,
        maxDocumentBytes,
        bulkRequests,
        writerRequests,
        timeout,
        gzip,
        retry);
  }

  public BulkSettings withGzip(boolean compressed) {
    return new BulkSettings(
        target,
        bulkDocuments,
        bulkBytes,
        maxDocumentBytes,
        bulkRequests,
        writerRequests,
        requestTimeout,
        compressed,
        retry);
  }

  public BulkSettings withRetry(Retry policy) {
    return new BulkSettings(
        target,
        bulkDocuments,
        bulkBytes,
        maxDocumentBytes,
        bulkRequests,
        writerRequests,
        requestTimeout,
        gzip,
        policy);
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
        .add(DisplayData.item("maxAttempts", retry.maxAttempts()));
  }
}
