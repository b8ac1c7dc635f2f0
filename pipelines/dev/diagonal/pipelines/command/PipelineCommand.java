package dev.diagonal.pipelines.command;

import dev.diagonal.internal.bytes.Printable;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.pipelines.options.JdbcOptions;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.run.EndOnRequest;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.PlannedJob;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.RunnerDefaults;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.run.Summary;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.PrintStream;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;

/** A command that runs one pipeline: parses its options, shows progress, prints a summary. */
public abstract class PipelineCommand<O extends RunOptions> implements Command {

  @Override
  public abstract Class<O> options();

  /**
   * Checks the options and creates the job, which accesses nothing except the names of its input.
   *
   * @throws UsageException or IllegalArgumentException if an option is invalid
   */
  protected abstract Job plan(O options);

  /**
   * Parses the options and creates the job, which accesses nothing except the names of its input.
   *
   * @throws UsageException if an option is invalid
   */
  public final PlannedJob prepare(List<String> args) {
    Runners.check(name(), args);
    O options = CommandLine.parse(options(), RunnerDefaults.withDefaults(name(), args));
    // Otherwise the job could look for its input only on the local file system.
    FileSystems.setDefaultPipelineOptions(options);
    Job job = planned(options);
    hideSecrets(options);
    return new PlannedJob(name(), job, options, args);
  }

  /**
   * Replaces the URL by one without secrets. The job has already read it; the options are sent to
   * the runner, and Flink shows them on its web pages.
   */
  private static void hideSecrets(RunOptions options) {
    if (options instanceof JdbcOptions jdbc && jdbc.getJdbcUrl() != null) {
      jdbc.setJdbcUrl(SinkPlace.of(jdbc.getJdbcUrl()).toOption());
    }
    if (options instanceof JdbcOptions.OfInput jdbc && jdbc.getInputJdbcUrl() != null) {
      jdbc.setInputJdbcUrl(SinkPlace.of(jdbc.getInputJdbcUrl()).toOption());
    }
  }

  @Override
  public final ExitCode run(List<String> args) throws Exception {
    PlannedJob planned = prepare(args);
    if (planned.options().getCheck()) {
      planned.describe().forEach(line -> System.out.println(Printable.line(line)));
      return ExitCode.DONE;
    }
    if (planned.options().getDryRun()) {
      return DryRunReport.print(name(), planned.describe(), planned.dryRun());
    }
    if (Runners.isDetached(args)) {
      System.out.println(name() + ": submitted to the cluster: " + planned.handOver());
      return ExitCode.DONE;
    }
    return planned.job().isEndless() && !Runners.isOnCluster(args)
        ? EndOnRequest.of(planned.job(), () -> run(planned))
        : run(planned);
  }

  private static ExitCode run(PlannedJob planned) throws Exception {
    boolean quiet = planned.options().getQuiet();
    Summary summary = planned.run(!quiet && !planned.options().getVerbose());
    if (quiet) {
      return ExitCode.DONE;
    }
    PrintStream to = planned.files().useStandardOutput() ? System.err : System.out;
    (planned.job().hasPipeline() ? summary.lines() : summary.remarks())
        .forEach(line -> to.println(Printable.line(line)));
    if (!planned.job().embeddedServers().isEmpty()) {
      to.println(
          "  the embedded servers stop now, and their data is deleted; 'servers' starts servers that keep running");
    }
    return ExitCode.DONE;
  }

  private Job planned(O options) {
    RunOptions.check(options);
    try {
      return plan(options);
    } catch (IllegalArgumentException e) {
      throw new UsageException(Reason.of(e), e);
    }
  }
}
