package dev.diagonal.pipelines.run;

import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.files.output.RunHold;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import java.io.IOException;
import java.util.List;

/**
 * Handles the interruption of a batch (SIGINT, SIGTERM): deletes its part files, and prints what is
 * kept and what the same command does when it runs again.
 */
final class Interruption implements AutoCloseable {

  private final PlannedJob planned;
  private final RunHold hold;
  private final Thread atExit = new Thread(this::end, "interruption");

  Interruption(PlannedJob planned, RunHold hold) {
    this.planned = planned;
    this.hold = hold;
  }

  /** Installs the handler until this is closed. */
  void prepare() {
    if (!planned.job().isEndless()) { // a streaming job ends regularly
      Runtime.getRuntime().addShutdownHook(atExit);
    }
  }

  @Override
  public void close() {
    try {
      boolean unused = Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is shutting down: the hook is running.
    }
  }

  private void end() {
    String name = planned.name();
    if (Runners.isOnCluster(planned.args())) {
      System.err.println(
          "%s: interrupted; the job continues: %s"
              .formatted(
                  name,
                  Runners.page(planned.options(), planned.args())
                      .orElse("as job " + planned.options().getJobName())));
      return;
    }
    System.err.println(name + ": interrupted");
    try {
      List<String> complete = hold.complete();
      hold.close();
      for (JobFiles.Output output : planned.files().outputs()) {
        if (output.byWorkers() && output.label() == null && !output.place().isStream()) {
          System.err.println(
              "  %s %s"
                  .formatted(
                      output.path(),
                      complete.contains(output.path())
                          ? "is complete"
                          : "is unchanged; its part files are deleted"));
        }
      }
    } catch (IOException e) {
      System.err.println("  part files remain: " + Reason.of(e));
    }
    System.err.println("  " + planned.job().afterInterruption());
  }
}
