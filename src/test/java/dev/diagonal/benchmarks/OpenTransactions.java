package dev.diagonal.benchmarks;

import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.ForwardingBatchWriter;

/**
 * Counts the transactions that are open at once, of all writers that it has wrapped: from when a
 * writer is called until it returns, and so with what they wait for each other. Thread-safe.
 */
final class OpenTransactions {

  private int open;
  private long changedNanos;
  private long busyNanos;
  private double openNanos;

  /** Returns how many were open on average while there was one. */
  synchronized double average() {
    return busyNanos == 0 ? 0 : openNanos / busyNanos;
  }

  <T> BatchWriter<T> counting(BatchWriter<T> writer) {
    return new Counting<>(writer);
  }

  /** As {@link #counting(BatchWriter)}, for each that the factory opens. Stays in this JVM. */
  <T> BatchWriter.Factory<T> counting(BatchWriter.Factory<T> factory) {
    return new CountingFactory<>(factory);
  }

  private synchronized void change(int by) {
    long nowNanos = System.nanoTime();
    if (open > 0) {
      busyNanos += nowNanos - changedNanos;
      openNanos += (double) (nowNanos - changedNanos) * open;
    }
    changedNanos = nowNanos;
    open += by;
  }

  private final class CountingFactory<T> implements BatchWriter.Factory<T> {

    private final BatchWriter.Factory<T> factory;

    CountingFactory(BatchWriter.Factory<T> factory) {
      this.factory = factory;
    }

    @Override
    public BatchWriter<T> open() {
      return counting(factory.open());
    }

    @Override
    public String target() {
      return factory.target();
    }

    @Override
    public boolean locksSlots() {
      return factory.locksSlots();
    }
  }

  private final class Counting<T> extends ForwardingBatchWriter<T> {

    Counting(BatchWriter<T> writer) {
      super(writer);
    }

    @Override
    public void write(Batch<T> batch) throws Exception {
      change(1);
      try {
        super.write(batch);
      } finally {
        change(-1);
      }
    }
  }
}
