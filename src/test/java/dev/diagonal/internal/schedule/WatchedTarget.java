package dev.diagonal.internal.schedule;

import dev.diagonal.grid.Schedule;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Throwables;

/**
 * A target that keeps the numbers it is given and watches who writes: it notes every moment at
 * which two batches are in one slot. What happens inside a transaction is up to the test.
 */
public final class WatchedTarget implements BatchWriter.Factory<Integer> {

  /** What happens inside a transaction, before its commit; it is rolled back if this throws. */
  public interface Work {
    void during(Batch<Integer> batch) throws Exception;
  }

  /** What a fault says that is a lock time-out. */
  public static final String LOCK_TIMED_OUT = "the lock was not to be had";

  /** A fault that may pass. */
  public static final class PassingFault extends Exception {
    public PassingFault(String message) {
      super(message);
    }

    PassingFault(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** A fault of the rows. */
  public static final class BadRowsFault extends Exception {
    public BadRowsFault(String message) {
      super(message);
    }
  }

  final Queue<String> overlaps = new ConcurrentLinkedQueue<>();
  public final Map<Integer, Integer> commits = new ConcurrentHashMap<>();
  final Map<Integer, List<Integer>> commitsOfCell = new ConcurrentHashMap<>();
  final AtomicInteger open = new AtomicInteger();
  public final AtomicInteger maxOpen = new AtomicInteger();
  public final AtomicInteger writersOpened = new AtomicInteger();
  public final AtomicInteger writersClosed = new AtomicInteger();
  private final Schedule schedule;
  private final AtomicIntegerArray inSlot;
  private final Work work;
  private volatile Runnable opening = () -> {};

  public WatchedTarget(Schedule schedule, Work work) {
    this.schedule = schedule;
    this.inSlot = new AtomicIntegerArray(schedule.slots());
    this.work = work;
  }

  /** Sets what happens when a writer is opened. */
  WatchedTarget opening(Runnable action) {
    opening = action;
    return this;
  }

  @Override
  public BatchWriter<Integer> open() {
    opening.run();
    writersOpened.incrementAndGet();
    return new Writer();
  }

  @Override
  public String target() {
    return "the watched target";
  }

  @Override
  public boolean locksSlots() {
    return false;
  }

  private final class Writer implements BatchWriter<Integer> {

    private final Thread owner = Thread.currentThread();

    @Override
    public void write(Batch<Integer> batch) throws Exception {
      int row = schedule.rowSlotOf(batch.cell());
      int column = schedule.columnSlotOf(batch.cell());
      if (Thread.currentThread() != owner) {
        overlaps.add("a writer was opened by " + owner + " and used by " + Thread.currentThread());
      }
      enter(row);
      if (column != row) {
        enter(column);
      }
      maxOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
      try {
        work.during(batch);
        batch.rows().forEach(number -> commits.merge(number, 1, Integer::sum));
        commitsOfCell.computeIfAbsent(batch.cell(), cell -> new ArrayList<>()).addAll(batch.rows());
      } finally {
        open.decrementAndGet();
        inSlot.decrementAndGet(row);
        if (column != row) {
          inSlot.decrementAndGet(column);
        }
      }
    }

    private void enter(int slot) {
      int now = inSlot.incrementAndGet(slot);
      if (now != 1) {
        overlaps.add(now + " batches in slot " + slot);
      }
    }

    @Override
    public boolean isRetryable(Exception fault) {
      return fault instanceof PassingFault;
    }

    @Override
    public boolean isCausedByRows(Exception fault) {
      return Throwables.getCausalChain(fault).stream().anyMatch(BadRowsFault.class::isInstance);
    }

    @Override
    public boolean isLockTimeout(Exception fault) {
      return LOCK_TIMED_OUT.equals(fault.getMessage());
    }

    @Override
    public void close() {
      writersClosed.incrementAndGet();
    }
  }
}
