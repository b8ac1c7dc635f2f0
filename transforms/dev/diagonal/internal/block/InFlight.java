package dev.diagonal.internal.block;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs tasks on its own threads and returns their results in the order of submission, while the
 * caller prepares the next task. The number of tasks in flight is bounded: {@link #submit} waits
 * for the oldest one when the window is full, which slows a fast source down.
 *
 * <p>The next call of any method throws the failure of a task; pending tasks are then dropped and
 * running ones interrupted.
 *
 * <p>Confined to one thread; only the tasks run on others.
 */
public final class InFlight<R> implements AutoCloseable {

  private final String what;
  private final int window;
  private final Duration waitLimit;
  private final ExecutorService threads;
  private final Deque<Task<R>> tasks = new ArrayDeque<>();
  private final List<R> results = new ArrayList<>();

  private record Task<R>(String name, Future<R> future, long sinceNanos) {}

  /**
   * @param what the name of the threads
   * @param threads how many tasks run concurrently
   * @param window the maximum number of submitted tasks that are not done; at least {@code threads}
   * @param waitLimit how long a call waits for one task
   */
  public InFlight(String what, int threads, int window, Duration waitLimit) {
    checkArgument(threads >= 1, "threads must be >= 1, got %s", threads);
    checkArgument(window >= threads, "window must be >= threads %s, got %s", threads, window);
    this.what = what;
    this.window = window;
    this.waitLimit = waitLimit;
    this.threads =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, what);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Submits a task, once fewer than {@code window} are in flight.
   *
   * @param name describes the task, for the error message if it takes too long
   * @throws Exception what a task threw
   * @throws TimeoutException if the oldest task is not done within the limit
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void submit(String name, Callable<R> task) throws Exception {
    while (tasks.size() >= window) {
      awaitOldest();
    }
    tasks.add(new Task<>(name, threads.submit(task), System.nanoTime()));
  }

  /** Returns the available results that were not returned yet, without waiting. */
  public List<R> finished() throws Exception {
    for (Task<R> oldest = tasks.peek();
        oldest != null && oldest.future.isDone();
        oldest = tasks.peek()) {
      awaitOldest();
    }
    return taken();
  }

  /** Waits for all tasks and returns the results that were not returned yet. */
  public List<R> drain() throws Exception {
    while (!tasks.isEmpty()) {
      awaitOldest();
    }
    return taken();
  }

  /** Drops all tasks and waits up to 10 seconds for running ones. */
  @Override
  public void close() {
    drop();
    threads.shutdownNow();
    try {
      // Tasks that still run are bounded by the limits of their connections.
      boolean unused = threads.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitOldest() throws Exception {
    Task<R> oldest = tasks.element();
    boolean done = false;
    try {
      results.add(oldest.future.get(waitLimit.toMillis(), TimeUnit.MILLISECONDS));
      tasks.remove();
      done = true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception fault) {
        throw fault;
      }
      throw new IllegalStateException(what + " failed: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new TimeoutException(
          "waited %s ms for '%s', which %s received %s ms ago and has not finished"
              .formatted(
                  waitLimit.toMillis(),
                  oldest.name,
                  what,
                  (System.nanoTime() - oldest.sinceNanos) / 1_000_000));
    } finally {
      if (!done) {
        drop();
      }
    }
  }

  private void drop() {
    tasks.forEach(task -> task.future.cancel(true));
    tasks.clear();
    results.clear();
  }

  private List<R> taken() {
    List<R> all = List.copyOf(results);
    results.clear();
    return all;
  }
}
