package dev.diagonal.internal.schedule;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SchedulerRegistry} of schedulers without threads. Its schedulers have no patience:
 * closing one never waits for its threads, and where acquiring would wait for them it returns null.
 */
public final class SteppedRegistry<T> {

  private static final String KEY = "simulated";

  private final SchedulerRegistry registry = new SchedulerRegistry();
  private final Map<ConflictScheduler<T>, SteppedScheduler<T>> made = new IdentityHashMap<>();

  /** Returns the scheduler that all share; null while an earlier one has threads that end. */
  public @Nullable SteppedScheduler<T> acquire(Supplier<SteppedScheduler<T>> make) {
    try {
      return made.get(
          registry.<T>acquire(
              KEY,
              () -> {
                SteppedScheduler<T> scheduler = Objects.requireNonNull(make.get());
                made.put(scheduler.scheduler(), scheduler);
                return scheduler.scheduler();
              }));
    } catch (IllegalStateException beingClosed) {
      return null;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public void release() {
    registry.release(KEY);
  }
}
