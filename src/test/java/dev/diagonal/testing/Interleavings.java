package dev.diagonal.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.Lincheck;

/**
 * Runs real threads in many different orders of their steps. Lincheck chooses the order, switches
 * threads at accesses to shared memory and at locks, and finds deadlocks and threads that nobody
 * wakes.
 */
public final class Interleavings {

  private Interleavings() {}

  /** What a thread does. */
  public interface Step {
    void run() throws Exception;
  }

  /** Runs a scenario so many times, each time in another order. */
  public static void explore(int times, Step scenario) {
    Lincheck.runConcurrentTest(
        times,
        () -> {
          try {
            scenario.run();
          } catch (RuntimeException | Error fault) {
            throw fault;
          } catch (Exception fault) {
            throw new IllegalStateException(fault);
          }
        });
  }

  /** Fails the scenario unless the condition holds. */
  public static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  /** Runs these in threads of their own, and returns when all have ended. */
  public static void together(Step... steps) throws InterruptedException {
    AtomicReference<Throwable> fault = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (Step step : steps) {
      threads.add(
          new Thread(
              () -> {
                try {
                  step.run();
                } catch (Throwable thrown) {
                  fault.compareAndSet(null, thrown);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (fault.get() != null) {
      throw new AssertionError(fault.get());
    }
  }
}
