package dev.diagonal.pipelines.run;

import dev.diagonal.pipelines.report.RunReport;
import dev.diagonal.pipelines.run.Job.Progress;
import java.io.IOException;
import java.util.function.Consumer;

/** Runs a job and writes the report of the run, whether it goes well or not. */
final class ReportedRun {

  private ReportedRun() {}

  /** Runs it; the arguments are those of {@link PlannedJob#run(boolean, Consumer)}. */
  static Summary of(PlannedJob planned, String path, boolean progress, Consumer<Progress> failed)
      throws Exception {
    long startNanos = System.nanoTime();
    Progress[] counted = {Progress.NONE};
    try (RunReport report =
        RunReport.start(
            path,
            planned.name(),
            planned.args(),
            planned.job().describe(),
            Runners.counts(planned.options(), planned.args()))) {
      Summary summary;
      try {
        summary =
            planned.runUnreported(
                progress,
                counts -> {
                  counted[0] = counts;
                  failed.accept(counts);
                });
      } catch (Exception | Error e) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        writeAfter(
            e,
            report,
            new FailedSummary(planned.name(), seconds, Failure.of(e).message(), counted[0]),
            planned);
        throw e;
      }
      write(report, summary, planned);
      return summary;
    }
  }

  private static void writeAfter(
      Throwable cause, RunReport report, FailedSummary summary, PlannedJob planned) {
    try {
      write(report, summary, planned);
    } catch (IOException notWritten) {
      cause.addSuppressed(notWritten);
    }
  }

  private static void write(RunReport report, Object summary, PlannedJob planned)
      throws IOException {
    report.write(
        summary,
        planned.job().isEndless() ? null : planned.options().getBadRecords(),
        Runners.isOnCluster(planned.args()));
  }
}
