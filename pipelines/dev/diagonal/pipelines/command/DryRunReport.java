package dev.diagonal.pipelines.command;

import dev.diagonal.internal.bytes.Printable;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.run.Failure;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.List;
import java.util.function.UnaryOperator;

/** Prints what a dry run has found. */
public final class DryRunReport {

  private DryRunReport() {}

  /**
   * Prints what would be done to the standard output, and each fault to the standard error.
   *
   * @param command the name of the command
   * @param described what would be done, one line each
   * @return done; wrong usage if an option is at fault; otherwise failed
   */
  public static ExitCode print(String command, List<String> described, Findings findings) {
    described.forEach(line -> System.out.println(Printable.line(line)));
    findings.lines().forEach(line -> System.out.println(Printable.line(line)));
    boolean wrongUsage = false;
    for (Findings.Fault fault : findings.faults()) {
      Throwable thrown = fault.thrown();
      UnaryOperator<String> words = fault.words();
      wrongUsage |= thrown instanceof UsageException || Failure.isRefusal(thrown);
      Failure failure = Failure.of(thrown);
      System.err.println(command + ": the run would fail: " + words.apply(failure.message()));
      if (failure.hint() != null) {
        System.err.println("hint: " + words.apply(failure.hint()));
      }
    }
    if (findings.faults().isEmpty()) {
      System.out.println("ok:      no fault was found; nothing was written");
      return ExitCode.DONE;
    }
    return wrongUsage ? ExitCode.WRONG_USAGE : ExitCode.FAILED;
  }
}
