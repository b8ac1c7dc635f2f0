package dev.diagonal.pipelines.flink;

import java.util.concurrent.TimeUnit;

/**
 * The threads of a Flink {@code [local]} cluster in this JVM. Its actors end shortly after their
 * job. If the JVM exits before, their shutdown hook runs concurrently with the one that removes
 * their classes, and prints a stack trace.
 */
public final class FlinkThreads {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long PAUSE_MILLIS = 10;

  private FlinkThreads() {}

  /**
   * Waits until the actors have ended, for three seconds at most; returns immediately without
   * Flink.
   */
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
