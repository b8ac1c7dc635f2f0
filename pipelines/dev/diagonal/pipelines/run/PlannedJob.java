package dev.diagonal.pipelines.run;

import dev.diagonal.internal.files.output.RunHold;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.flink.LostJobException;
import dev.diagonal.pipelines.jobfiles.FileConflicts;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.jobfiles.OutputPath;
import dev.diagonal.pipelines.run.Job.Progress;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.jspecify.annotations.Nullable;

/**
 * A job that is ready to run, alone or as a task of a plan.
 *
 * @param name of the command
 * @param job the job
 * @param options of the run
 * @param args the arguments as they were given
 */
public record PlannedJob(String name, Job job, RunOptions options, List<String> args) {

  /** Options that name files which the launcher reads, in addition to those that end in "File". */
  private static final Set<String> READ_BY_LAUNCHER =
      Set.of("mapping", "plan", "statement", "nodesStatement");

  /**
   * @throws UsageException if an output cannot be written, or is also an input or another output
   */
  public PlannedJob {
    args = List.copyOf(args);
    for (JobFiles.Output output : files(job, options, args).outputs()) {
      if (output.label() == null) {
        OutputPath.check(output.option(), output.path());
      } else {
        OutputPath.checkDirectory(output.option(), output.path());
      }
    }
    FileConflicts.check(files(job, options, args), Runners.isOnCluster(args));
  }

  public JobFiles files() {
    return files(job, options, args);
  }

  private static JobFiles files(Job job, RunOptions options, List<String> args) {
    JobFiles files = job.files();
    files =
        job.isEndless() // a job without an end cannot write one file at its end
            ? files.writesInto("badRecords", options.getBadRecords(), "bad")
            : files.writes("badRecords", options.getBadRecords());
    files = files.writesAtTheEnd("summary", options.getSummary());
    files = files.writesAtTheEnd("report", options.getReport());
    files = files.writesAtTheEnd("logFile", options.getLogFile());
    for (String arg : args) {
      int equals = arg.indexOf('=');
      String name = equals < 2 ? "" : arg.substring(2, equals);
      if ((name.endsWith("File") && !name.equals("logFile")) || READ_BY_LAUNCHER.contains(name)) {
        files = files.reads(name, List.of(arg.substring(equals + 1)));
      }
    }
    return files;
  }

  /** Returns what would be read, created and written, and the heap that is needed. */
  public List<String> describe() {
    List<String> lines = new ArrayList<>(job.describe());
    lines.add(
        String.format(
            Locale.ROOT,
            "heap:    %,d MiB needed in each process, %,d MiB here",
            job.heapBytes() >> 20,
            Runtime.getRuntime().maxMemory() >> 20));
    return lines;
  }

  /** Looks at what the run would read, create and write, and changes nothing. */
  public Findings dryRun() throws Exception {
    Findings findings = new Findings();
    if (Runners.isDirect(args)) {
      Boolean unused =
          findings.find(
              () -> {
                checkHeap();
                return true;
              });
    }
    if (!job.embeddedServers().isEmpty()) {
      findings.say(
          "servers: the embedded ones are started for a run only, so they are not checked");
      return findings;
    }
    return Release.after(
        () -> {
          job.dryRun(findings);
          return findings;
        },
        job,
        false);
  }

  /**
   * Submits the pipeline to a cluster without waiting for its end; returns where to follow it.
   *
   * @throws UsageException if the launcher must wait for its end
   */
  public String handOver() throws Exception {
    if (!job.embeddedServers().isEmpty()) {
      throw new UsageException("embedded servers end with this command, so it has to wait");
    }
    if (job.needsLauncher() != null) {
      throw new UsageException(
          "%s, so the launcher has to wait: not with --attachedMode=false or flink run -d"
              .formatted(job.needsLauncher()));
    }
    files().begin(OutputRuns.of(options)).close();
    return Release.after(
        () -> {
          Pipeline pipeline = Pipeline.create(options);
          List<Job.Output> unused = job.build(pipeline, ServerUrls.TO_COME);
          PipelineResult unusedToo = Runners.run(pipeline);
          return Runners.page(options, args).orElse("as job " + options.getJobName());
        },
        job,
        false);
  }

  /**
   * Runs the job to its end, and writes the summary where the options ask for it.
   *
   * @param progress whether to show a progress line
   * @throws UsageException if the heap is too small
   * @throws Exception if the job failed
   */
  public Summary run(boolean progress) throws Exception {
    return run(progress, counted -> {});
  }

  /**
   * Runs the job as {@link #run(boolean)} does.
   *
   * @param failed receives, before the exception, what a failed run has counted: from the job
   *     itself if it knows, or else, on the DirectRunner, from the bundles that were finished
   */
  public Summary run(boolean progress, Consumer<Progress> failed) throws Exception {
    String report = options.getReport();
    return report == null
        ? runUnreported(progress, failed)
        : ReportedRun.of(this, report, progress, failed);
  }

  Summary runUnreported(boolean progress, Consumer<Progress> failed) throws Exception {
    if (Runners.isDirect(args)) {
      checkHeap();
    }
    long startNanos = System.nanoTime();
    boolean done = false;
    FailedRun failure = new FailedRun(this);
    PipelineRun pipeline = new PipelineRun(this, progress);
    try (EmbeddedServers servers = embedded()) {
      ServerUrls urls = ServerUrls.of(servers);
      RunHold hold = files().begin(OutputRuns.of(options));
      try (Interruption interruption = new Interruption(this, hold)) {
        interruption.prepare();
        Summary summary =
            Release.after(
                () -> job.hasPipeline() ? pipeline.run(urls) : pipeline.withoutPipeline(urls),
                job,
                !Runners.isOnCluster(args) || job.needsLauncher() != null);
        summary = summary.withMoreBadRecords(job.moreBadRecords()).withRefused(job.refusedRows());
        if (job.hasPipeline() && !job.files().inputs().isEmpty()) {
          summary = summary.remarkingNoRows(inputBytes());
        }
        done = true;
        hold.close();
        if (options.getSummary() != null) {
          Summary.write(options.getSummary(), summary);
        }
        return summary;
      } catch (Exception | Error e) {
        if (e instanceof LostJobException) { // the job may still run and need it
          hold.leave();
        } else if (!done) {
          failure.cleanUp(e, hold);
        }
        throw e;
      }
    } catch (Exception | Error e) {
      Progress known = job.progress();
      Progress counted = known == null ? pipeline.countedUntilFailure() : known;
      failure.writeSummary(e, (System.nanoTime() - startNanos) / 1e9, counted);
      failed.accept(counted);
      throw e;
    }
  }

  /** Returns how many bytes the job will read; 0 if that is unknown, as with a limit. */
  long inputBytes() {
    return options.getLimit() > 0 ? 0 : job.inputBytes();
  }

  private void checkHeap() {
    long heap = Runtime.getRuntime().maxMemory();
    if (heap < job.heapBytes()) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "the DirectRunner needs a heap of %,d MiB for this job, and this JVM has %,d MiB: use"
                  + " java -Xmx%dm, fewer readers (--targetParallelism), or run it on Flink:"
                  + " --runner=FlinkRunner",
              job.heapBytes() >> 20,
              heap >> 20,
              job.heapBytes() >> 20));
    }
  }

  private @Nullable EmbeddedServers embedded() {
    if (job.embeddedServers().isEmpty()) {
      return null;
    }
    EmbeddedServers.requirePresent(EmbeddedServers.NAME_A_SINK);
    System.err.println("starting the embedded servers; they end with this command");
    return EmbeddedServers.start(job.embeddedServers(), null);
  }
}
