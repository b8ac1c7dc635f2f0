package dev.diagonal.internal.metrics;

import dev.diagonal.metrics.Changes;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * What is counted while a pipeline runs. Each count goes to a Beam counter of the same name in
 * lower_snake (namespace {@value #NAMESPACE}), which is the exact figure once the run is over, and
 * to a counter of this JVM, which a progress line can read while the run goes on: runners publish
 * metrics late (the DirectRunner per bundle, Flink at the end of a batch), and a bundle may be a
 * whole file. The JVM's counters are the one mutable static state here: they also hold what failed
 * attempts and other runs in this JVM have counted, so take differences, and only to show them.
 *
 * <p>Count per block or batch, not per row. Thread-safe.
 */
@SuppressWarnings("ImmutableEnumChecker") // the counters of this JVM, see above
public enum Counted {
  /** Bytes of the input files as they are stored, so compressed ones if the files are. */
  BYTES_READ,
  /** Good records. */
  ROWS_READ,
  /** Records that could not be read or written, whether they became dead letters or not. */
  BAD_RECORDS,
  /** Transactions or bulk requests that a sink finished. */
  BATCHES_WRITTEN,
  /** Rows or documents that a sink finished. */
  ROWS_WRITTEN,
  /** Of the rows that were written, those that the target did not have. */
  ROWS_NEW,
  /** Of the rows that were written, those that the target had and that got new values. */
  ROWS_CHANGED,
  /** Rows that the target had and that were left as they are. */
  ROWS_UNCHANGED,
  /** Rows whose place another row of the same key has taken. */
  ROWS_REPLACED,
  /** Documents that were not written, because the index has newer versions of them. */
  SUPERSEDED;

  /** The namespace of the Beam counters. */
  public static final String NAMESPACE = "diagonal";

  private final LongAdder inThisJvm = new LongAdder();

  /** Counts {@code amount} more. Call it on a thread that runs a DoFn: Beam's metrics need that. */
  public void add(long amount) {
    if (amount != 0) {
      inThisJvm.add(amount);
      Metrics.counter(NAMESPACE, metricName()).inc(amount);
    }
  }

  /** Counts what a sink changed. Call it on a thread that runs a DoFn, too. */
  public static void add(Changes changes) {
    ROWS_NEW.add(changes.added());
    ROWS_CHANGED.add(changes.changed());
    ROWS_UNCHANGED.add(changes.unchanged());
    ROWS_REPLACED.add(changes.replaced());
  }

  /** Returns what this JVM has counted since it started. */
  public long inThisJvm() {
    return inThisJvm.sum();
  }

  /** Returns the name of the Beam counter, in lower_snake. */
  public String metricName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
