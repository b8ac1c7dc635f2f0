package dev.diagonal.conflictfree;

import dev.diagonal.internal.schedule.WatchedTarget;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Throwables;

/**
 * A target in this JVM that keeps the batches it is given, under its name: runners write through
 * copies of it.
 *
 * @param name unlike that of any other test
 * @param locksSlots whether it claims to have slot locks
 * @param refused a number that it does not take
 * @param full the number after which it takes nothing, not for any fault of the rows
 */
record KeptBatches(String name, boolean locksSlots, int refused, int full)
    implements BatchWriter.Factory<Integer> {

  static final int NONE = -1;

  private static final Map<String, Queue<Batch<Integer>>> KEPT = new ConcurrentHashMap<>();

  static KeptBatches named(String name) {
    KEPT.put(name, new ConcurrentLinkedQueue<>());
    return new KeptBatches(name, true, NONE, NONE);
  }

  KeptBatches withoutLocks() {
    return new KeptBatches(name, false, refused, full);
  }

  KeptBatches refusing(int number) {
    return new KeptBatches(name, locksSlots, number, full);
  }

  KeptBatches fullAt(int number) {
    return new KeptBatches(name, locksSlots, refused, number);
  }

  /** Returns what was written, in the order of the commits. */
  Queue<Batch<Integer>> batches() {
    return KEPT.getOrDefault(name, new ConcurrentLinkedQueue<>());
  }

  Stream<Integer> rows() {
    return batches().stream().map(Batch::rows).flatMap(List::stream);
  }

  @Override
  public String target() {
    return "the batches of " + name;
  }

  @Override
  public BatchWriter<Integer> open() {
    return new BatchWriter<>() {
      @Override
      public void write(Batch<Integer> batch) throws Exception {
        if (batch.rows().contains(refused)) {
          throw new WatchedTarget.BadRowsFault("it does not take " + refused);
        }
        if (batch.rows().contains(full)) {
          throw new IllegalStateException("it is full");
        }
        batches().add(new Batch<>(batch.cell(), List.copyOf(batch.rows())));
      }

      @Override
      public boolean isRetryable(Exception fault) {
        return false;
      }

      @Override
      public boolean isCausedByRows(Exception fault) {
        return Throwables.getCausalChain(fault).stream()
            .anyMatch(WatchedTarget.BadRowsFault.class::isInstance);
      }

      @Override
      public void close() {}
    };
  }
}
