package dev.diagonal.write;

import java.io.Serializable;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * The Beam metrics of a sink: {@code rows_written}, {@code batches_written}, {@code retries} and
 * the distribution {@code write_millis}, in the namespace of the sink's class. A batch is counted
 * once, when it is done; attempts that failed for good are seen in the exception.
 */
public final class WriteMetrics implements Serializable {

  private final Counter rowsWritten;
  private final Counter batchesWritten;
  private final Counter retries;
  private final Distribution writeMillis;

  private WriteMetrics(Class<?> sink) {
    rowsWritten = Metrics.counter(sink, "rows_written");
    batchesWritten = Metrics.counter(sink, "batches_written");
    retries = Metrics.counter(sink, "retries");
    writeMillis = Metrics.distribution(sink, "write_millis");
  }

  public static WriteMetrics of(Class<?> sink) {
    return new WriteMetrics(sink);
  }

  /** Counts a finished batch. Every batch of every sink passes here, once. */
  public void counted(Written batch) {
    rowsWritten.inc(batch.rows());
    batchesWritten.inc();
    retries.inc(batch.attempts() - 1L);
    writeMillis.update(batch.millis());
  }
}
