package dev.diagonal.pipelines.run;

import java.util.concurrent.Callable;

/**
 * Sees to it that a job {@linkplain Job#release gives back} what it took: at the end of its run, or
 * when the process is asked to end before.
 */
final class Release {

  private Release() {}

  /**
   * Returns what {@code run} does; whether it does or throws, the job has given back.
   *
   * @param abandons whether the job is abandoned too when the process is asked to end before
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
    if (!ending) { // else the hook does it
      job.release();
    }
  }

  private static void releaseAtExit(Job job, boolean abandons) {
    try {
      if (abandons) {
        job.abandon();
      }
    } catch (Exception e) {
      System.err.println("on the way out: " + e.getMessage());
    }
    try {
      job.release();
    } catch (Exception e) {
      System.err.println("on the way out: " + e.getMessage());
    }
  }
}
