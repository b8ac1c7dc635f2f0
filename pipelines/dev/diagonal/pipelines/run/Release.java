package dev.diagonal.pipelines.run;

import dev.diagonal.internal.fault.Reason;
import java.util.concurrent.Callable;

/**
 * Ensures that a job {@linkplain Job#release releases} what it has acquired: at the end of its run,
 * or when the process is asked to end before.
 */
final class Release {

  private Release() {}

  /**
   * Returns the result of {@code run}. The job is released in any case.
   *
   * @param abandons whether the job is also abandoned when the process is asked to end before
   */
  static <T> T after(Callable<T> run, Job job, boolean abandons) throws Exception {
    Thread atExit = new Thread(() -> releaseAtExit(job, abandons), "release");
    Runtime.getRuntime().addShutdownHook(atExit);
    T result;
    try {
      result = run.call();
    } catch (Throwable fault) {
      try {
        release(job, atExit);
      } catch (Exception second) {
        fault.addSuppressed(second);
      }
      throw fault;
    }
    release(job, atExit);
    return result;
  }

  private static void release(Job job, Thread atExit) throws Exception {
    boolean ending = false;
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      ending = true;
    }
    if (!ending) { // otherwise the hook releases it
      job.release();
    }
  }

  private static void releaseAtExit(Job job, boolean abandons) {
    try {
      if (abandons) {
        job.abandon();
      }
    } catch (Exception e) {
      System.err.println("while ending: " + Reason.of(e));
    }
    try {
      job.release();
    } catch (Exception e) {
      System.err.println("while ending: " + Reason.of(e));
    }
  }
}
