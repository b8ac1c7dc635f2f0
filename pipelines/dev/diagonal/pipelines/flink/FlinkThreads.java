package dev.diagonal.pipelines.flink;

import java.util.concurrent.TimeUnit;

/**
 * The threads of a Flink {@code [local]} in this JVM. Its actors end shortly after their job; a JVM
 * that exits before runs their shutdown hook beside the one that takes away their classes, and the
 * user sees a stack trace.
 */
public final class FlinkThreads {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long PAUSE_MILLIS = 10;

  private FlinkThreads() {}

  /** Waits until the actors have ended, three seconds at most; returns at once without Flink. */
  public static void awaitEnd() {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (areAlive() && System.nanoTime() < deadline) {
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static boolean areAlive() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .anyMatch(name -> name.startsWith("flink-") && name.contains("pekko"));
  }
}
