package dev.diagonal.internal.schedule;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The schedulers in use, by write. All callers that acquire the same key share one, and the last
 * one to release it closes it. Acquiring a key waits while its scheduler is being closed. If a
 * batch in flight does not end even after an interrupt, the key is refused until it has. So two
 * schedulers of one write, whose batches could conflict, never exist at the same time.
 *
 * <p>Thread-safe.
 */
public final class SchedulerRegistry {

  /**
   * The registry of this JVM. It is static because the instances of a DoFn do not know each other
   * but must write through one scheduler.
   */
  public static final SchedulerRegistry JVM = new SchedulerRegistry();

  private final Map<String, Shared> byKey = new HashMap<>();

  /**
   * Returns the scheduler of a write, which the first caller creates. Each call must be followed by
   * one of {@link #release}.
   *
   * @param key a unique id of the write, drawn when the pipeline is built, so that two writes to
   *     the same target in one JVM are separate
   * @throws InterruptedException if the thread is interrupted while an earlier scheduler of the key
   *     is being closed
   * @throws IllegalStateException if an earlier scheduler of the key was closed and still has a
   *     batch in flight
   */
  @SuppressWarnings("unchecked") // a key belongs to one write, which has one type of rows
  public synchronized <T> ConflictScheduler<T> acquire(
      String key, Supplier<ConflictScheduler<T>> make) throws InterruptedException {
    byKey
        .values()
        .removeIf(shared -> shared.closedWithBatchInFlight && shared.scheduler.isAtRest());
    Shared shared = byKey.get(key);
    while (shared != null && shared.users == 0) {
      if (shared.closedWithBatchInFlight) {
        throw new IllegalStateException(
            "an earlier write to %s has been closed, and still has a batch in flight"
                .formatted(shared.scheduler.target()));
      }
      wait();
      shared = byKey.get(key);
    }
    if (shared == null) {
      shared = new Shared(make.get());
      byKey.put(key, shared);
    }
    shared.users++;
    return (ConflictScheduler<T>) shared.scheduler;
  }

  /**
   * Releases a scheduler, and closes it if no other caller has it.
   *
   * @throws IllegalStateException if it is not acquired
   */
  public void release(String key) {
    Shared last;
    synchronized (this) {
      last = byKey.get(key);
      if (last == null || last.users == 0) {
        throw new IllegalStateException(key + " is not acquired");
      }
      last.users--;
      if (last.users > 0) {
        return;
      }
    }
    try {
      last.scheduler.close();
    } finally {
      synchronized (this) {
        last.closedWithBatchInFlight = !last.scheduler.isAtRest();
        if (!last.closedWithBatchInFlight) {
          byKey.remove(key);
        }
        notifyAll();
      }
    }
  }

  private static final class Shared {
    final ConflictScheduler<?> scheduler;
    int users;

    /** Whether a batch was still in flight after the scheduler was closed. */
    boolean closedWithBatchInFlight;

    Shared(ConflictScheduler<?> scheduler) {
      this.scheduler = scheduler;
    }
  }
}
