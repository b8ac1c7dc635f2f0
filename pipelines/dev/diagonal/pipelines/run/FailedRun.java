package dev.diagonal.pipelines.run;

import dev.diagonal.internal.fault.TooManyDeadLettersException;
import dev.diagonal.internal.files.output.RunHold;
import dev.diagonal.internal.textfile.DeadLetterFile;
import dev.diagonal.pipelines.run.Job.Progress;
import java.io.IOException;

/**
 * What remains to be done when a run has failed. A step that fails is added to the cause as a
 * suppressed exception, and the other steps still run.
 */
record FailedRun(PlannedJob planned) {

  /** Keeps the dead letters that the run had found, removes its temporary results, and ends it. */
  void cleanUp(Throwable cause, RunHold hold) {
    keepDeadLetters(cause);
    try {
      planned.job().abandon();
    } catch (Exception notAbandoned) {
      cause.addSuppressed(notAbandoned);
    }
    try {
      hold.close();
    } catch (IOException notEnded) {
      cause.addSuppressed(notEnded);
    }
  }

  private void keepDeadLetters(Throwable thrown) {
    String path = planned.options().getBadRecords();
    if (path == null || planned.job().isEndless()) { // a streaming job has written them
      return;
    }
    for (Throwable cause : Failure.causes(thrown)) {
      if (cause instanceof TooManyDeadLettersException tooMany) {
        try {
          DeadLetterFile.write(path, tooMany.letters());
        } catch (IOException notWritten) {
          thrown.addSuppressed(notWritten);
        }
        return;
      }
    }
  }

  /** Writes the summary of the failed run where the options ask for it. */
  void writeSummary(Throwable cause, double seconds, Progress counted) {
    String file = planned.options().getSummary();
    try {
      if (file != null) {
        new FailedSummary(planned.name(), seconds, Failure.of(cause).message(), counted)
            .writeTo(file);
      }
    } catch (IOException notWritten) {
      cause.addSuppressed(notWritten);
    }
  }
}
