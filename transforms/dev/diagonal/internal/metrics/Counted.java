package dev.diagonal.internal.metrics;

import dev.diagonal.metrics.Changes;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * The counters of a run. Each one updates two counters: a Beam counter of the same name in
 * lower_snake (namespace {@value #NAMESPACE}), which is exact once the run is over, and a counter
 * of this JVM, which a progress line can read during the run. Runners publish metrics late (the
 * DirectRunner per bundle, Flink at the end of a batch), and a bundle may be a whole file. The
 * counters of the JVM are the only mutable static state here. They include failed attempts and
 * other runs in this JVM, so use differences, and only for display.
 *
 * <p>Count per block or batch, not per row. Thread-safe.
 */
@SuppressWarnings("ImmutableEnumChecker") // the counters of this JVM, see above
public enum Counted {
  /** Bytes of the input files as stored, so compressed ones for compressed files. */
  BYTES_READ,
  /** Good records. */
  ROWS_READ,
  /** Records that equal the header of their file, as in files that were joined. */
  REPEATED_HEADERS,
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
  /** Rows that the target had and that were not changed. */
  ROWS_UNCHANGED,
  /** Rows that a later row of the same key replaced before they were written. */
  ROWS_REPLACED,
  /** Rows that a trigger of the table kept out of it, or wrote to another one. */
  ROWS_DROPPED,
  /** Rows that a trigger or a rule of the table may have dropped. */
  ROWS_UNCERTAIN,
  /** Rows of an update or a delete whose key the target did not have, and which are not written. */
  ROWS_UNMATCHED,
  /** Rows of an update or a delete of which it is unknown whether the target had their key. */
  ROWS_UNCONFIRMED,
  /** Rows of transactions that an interrupted run had committed. */
  ROWS_RESUMED,
  /** Documents that were not written because the index has newer versions. */
  SUPERSEDED;

  /** The namespace of the Beam counters. */
  public static final String NAMESPACE = "diagonal";

  private final LongAdder inThisJvm = new LongAdder();

  /** Adds {@code amount}. Call it on a thread that runs a DoFn, as Beam's metrics require. */
  public void add(long amount) {
    if (amount != 0) {
      inThisJvm.add(amount);
      Metrics.counter(NAMESPACE, metricName()).inc(amount);
    }
  }

  /** Adds what a sink changed. Call it on a thread that runs a DoFn. */
  public static void add(Changes changes) {
    ROWS_NEW.add(changes.added());
    ROWS_CHANGED.add(changes.changed());
    ROWS_UNCHANGED.add(changes.unchanged());
    ROWS_REPLACED.add(changes.replaced());
    ROWS_DROPPED.add(changes.dropped());
    ROWS_UNCERTAIN.add(changes.uncertain());
    ROWS_UNMATCHED.add(changes.unmatched());
    ROWS_UNCONFIRMED.add(changes.unconfirmed());
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
