package dev.diagonal.internal.metrics;

import dev.diagonal.metrics.Written;
import java.io.Serializable;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * The metrics of a sink, in the namespace {@value Counted#NAMESPACE}: {@link Counted#ROWS_WRITTEN},
 * {@link Counted#BATCHES_WRITTEN}, the counter {@code retries} and the distribution {@code
 * write_millis}. The step name identifies the sink. A batch is counted once, when it is done; the
 * exception reports attempts that failed permanently.
 */
public final class WriteMetrics implements Serializable {

  private final Counter retries;
  private final Distribution writeMillis;

  private WriteMetrics() {
    retries = Metrics.counter(Counted.NAMESPACE, "retries");
    writeMillis = Metrics.distribution(Counted.NAMESPACE, "write_millis");
  }

  public static WriteMetrics create() {
    return new WriteMetrics();
  }

  /** Counts a finished batch. Called once for every batch of every sink. */
  public void counted(Written batch) {
    counted(batch, batch.attempts() - 1L);
  }

  /** Counts a finished batch that may have been halved, so that not all attempts are retries. */
  public void counted(Written batch, long repeated) {
    Counted.ROWS_WRITTEN.add(batch.rows());
    Counted.add(batch.changes());
    Counted.BATCHES_WRITTEN.add(1);
    retries.inc(repeated);
    writeMillis.update(batch.millis());
  }
}
