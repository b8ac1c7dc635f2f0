package dev.diagonal.pipelines.run;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a job without an end come to one when the process is asked to end (SIGINT, SIGTERM): it
 * writes what it has read and says what it has done, and only then does the JVM end.
 */
public final class EndOnRequest {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private EndOnRequest() {}

  /**
   * Returns what {@code run} does, which has said all there is to say when it returns.
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
        // It runs, and ends now.
      }
    }
  }

  private static void end(Job job, CountDownLatch over) {
    job.end();
    try {
      if (!over.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println("it has not come to its end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
