package dev.diagonal.pipelines.run;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a streaming job finish when the process is asked to end (SIGINT, SIGTERM): the job writes
 * what it has read and prints its summary before the JVM exits.
 */
public final class EndOnRequest {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private EndOnRequest() {}

  /**
   * Returns the result of {@code run}, which has printed all its output when it returns.
   *
   * @param job one that runs in this process
   */
  public static <T> T of(Job job, Callable<T> run) throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    Thread atExit = new Thread(() -> end(job, over), "end on request");
    Runtime.getRuntime().addShutdownHook(atExit);
    try {
      return run.call();
    } finally {
      over.countDown();
      try {
        boolean unused = Runtime.getRuntime().removeShutdownHook(atExit);
      } catch (IllegalStateException e) {
        // The JVM is shutting down: the hook is running.
      }
    }
  }

  private static void end(Job job, CountDownLatch over) {
    job.end();
    try {
      if (!over.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println("the job did not finish in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
