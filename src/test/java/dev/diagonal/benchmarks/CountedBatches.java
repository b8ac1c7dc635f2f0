package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeLoad.Edge;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.ForwardingBatchWriter;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the transactions of writers, and the nodes of each. Stays in this JVM. */
final class CountedBatches {

  private final AtomicLong transactions = new AtomicLong();
  private final AtomicLong nodes = new AtomicLong();

  long transactions() {
    return transactions.get();
  }

  /** Returns the sum over all transactions. */
  long nodes() {
    return nodes.get();
  }

  BatchWriter.Factory<Edge> of(BatchWriter.Factory<Edge> factory) {
    return new CountingFactory(factory);
  }

  private void count(Batch<Edge> batch) {
    Set<Long> ends = new HashSet<>();
    for (Edge edge : batch.rows()) {
      ends.add(edge.source());
      ends.add(edge.target());
    }
    transactions.incrementAndGet();
    nodes.addAndGet(ends.size());
  }

  private final class CountingFactory implements BatchWriter.Factory<Edge> {

    private final BatchWriter.Factory<Edge> factory;

    CountingFactory(BatchWriter.Factory<Edge> factory) {
      this.factory = factory;
    }

    @Override
    public BatchWriter<Edge> open() {
      return new ForwardingBatchWriter<>(factory.open()) {
        @Override
        public void write(Batch<Edge> batch) throws Exception {
          count(batch);
          super.write(batch);
        }
      };
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
}
