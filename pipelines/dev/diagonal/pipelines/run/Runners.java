package dev.diagonal.pipelines.run;

import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.pipelines.flink.FlinkConfiguration;
import dev.diagonal.pipelines.flink.FlinkJobs;
import dev.diagonal.pipelines.flink.FlinkSubmission;
import dev.diagonal.pipelines.progress.ProgressLine;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * What the launcher knows about runners: which one runs a pipeline, where, and what it has counted.
 */
public final class Runners {

  /** Set by the build when Maven's exec plugin runs the launcher. */
  private static final String LAUNCHED_BY_MAVEN = "diagonal.launchedByMaven";

  private Runners() {}

  /** Returns whether this JVM is Maven's, with our classes in a separate class loader. */
  public static boolean inMaven() {
    return Boolean.getBoolean(LAUNCHED_BY_MAVEN);
  }

  /** Returns whether the pipeline will run in this process, on the DirectRunner. */
  static boolean isDirect(List<String> args) {
    return isRunner("Direct", valueOf("runner", args, "DirectRunner"));
  }

  /** Returns whether a pipeline with these options runs in this process, on the DirectRunner. */
  public static boolean isDirect(PipelineOptions options) {
    return options.getRunner().getSimpleName().equals("DirectRunner");
  }

  /**
   * Returns the maximum number of processes that work concurrently, as far as the options show: the
   * parallelism on a Flink cluster, where each may be a process; otherwise 1.
   */
  public static int processes(PipelineOptions options) {
    if (!isFlink(options)) {
      return 1;
    }
    FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
    FlinkSubmission submission = FlinkSubmission.to(flink.getFlinkMaster());
    return submission.isToCluster() ? Math.max(1, parallelism(flink, submission)) : 1;
  }

  /**
   * Returns a supplier of what the pipeline of these options has counted so far: from this process
   * if its readers are here, otherwise from the REST API of the cluster.
   */
  static Supplier<Map<Counted, Long>> counts(PipelineOptions options, List<String> args) {
    if (!isFlink(args)) {
      return isDirect(args) ? ProgressLine.countsInThisJvm() : Map::of;
    }
    FlinkSubmission submission = submission(args);
    if (!submission.isToCluster()) {
      return ProgressLine.countsInThisJvm();
    }
    if (submission.rest().isEmpty()) {
      return Map::of;
    }
    FlinkJobs jobs = new FlinkJobs(submission.rest().get());
    String jobName = options.getJobName();
    return () -> jobs.idOf(jobName).map(jobs::counts).orElse(Map.of());
  }

  /** Returns a unique name for a job on a cluster. */
  static String jobName(String command) {
    return "%s-%s-%s"
        .formatted(
            command,
            System.getProperty("user.name", "unknown"),
            UUID.randomUUID().toString().substring(0, 8));
  }

  private static FlinkSubmission submission(List<String> args) {
    return FlinkSubmission.to(valueOf("flinkMaster", args, FlinkSubmission.AUTO));
  }

  /** Returns whether the pipeline runs in other processes, possibly on other machines. */
  public static boolean isOnCluster(List<String> args) {
    return isFlink(args) && submission(args).isToCluster();
  }

  /**
   * Returns whether a pipeline with these options runs in other processes, possibly on other
   * machines.
   */
  public static boolean isOnCluster(PipelineOptions options) {
    return isFlink(options)
        && FlinkSubmission.to(options.as(FlinkPipelineOptions.class).getFlinkMaster())
            .isToCluster();
  }

  /**
   * Returns where to follow the job of these options on its cluster, once it has been submitted.
   */
  static Optional<String> page(PipelineOptions options, List<String> args) {
    return submission(args)
        .rest()
        .map(FlinkJobs::new)
        .flatMap(jobs -> jobs.idOf(options.getJobName()).map(jobs::page));
  }

  /** Returns how many bundles a process of the runner processes concurrently. */
  public static int readers(PipelineOptions options) {
    if (isDirect(options)) {
      return options.as(DirectOptions.class).getTargetParallelism();
    }
    int parallelism = -1;
    if (isFlink(options)) {
      FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
      parallelism = parallelism(flink, FlinkSubmission.to(flink.getFlinkMaster()));
    }
    return parallelism > 0 ? parallelism : Runtime.getRuntime().availableProcessors();
  }

  private static int parallelism(FlinkPipelineOptions options, FlinkSubmission submission) {
    return options.getParallelism() > 0 ? options.getParallelism() : submission.parallelism();
  }

  /** Returns whether the launcher submits the job to a cluster and does not wait for it. */
  public static boolean isDetached(List<String> args) {
    return isFlink(args)
        && (valueOf("attachedMode", args, "true").equals("false") || submission(args).detached());
  }

  /** Returns whether a command with these options does not wait for its job. */
  public static boolean isDetached(PipelineOptions options) {
    if (!isFlink(options)) {
      return false;
    }
    FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
    return !flink.getAttachedMode() || FlinkSubmission.to(flink.getFlinkMaster()).detached();
  }

  /**
   * Runs a pipeline. If a cluster has accepted the job and only its reply was lost, returns the
   * result of that job.
   *
   * @throws dev.diagonal.pipelines.flink.LostJobException if it is unknown whether the cluster has
   *     the job
   * @throws RuntimeException if the job fails or cannot be submitted
   */
  static PipelineResult run(Pipeline pipeline) {
    PipelineOptions options = pipeline.getOptions();
    if (!isFlink(options)) {
      return pipeline.run();
    }
    FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
    try {
      return FlinkConfiguration.during(flink, pipeline::run);
    } catch (UsageException e) {
      throw e;
    } catch (RuntimeException e) {
      FlinkSubmission submission = FlinkSubmission.to(flink.getFlinkMaster());
      return submission.rest().flatMap(rest -> FollowedJob.after(e, rest)).orElseThrow(() -> e);
    }
  }

  /**
   * Runs a preparatory pipeline before the one of the command.
   *
   * @return what it has read
   * @throws RuntimeException if it fails
   */
  public static Read runToItsEnd(Pipeline pipeline) {
    PipelineResult result = run(pipeline);
    result.waitUntilFinish();
    if (result.getState() != PipelineResult.State.DONE) {
      throw new JobFailedException(Failure.ofState(result.getState()));
    }
    return Summary.read(result);
  }

  /**
   * What a pipeline has read.
   *
   * @param rows the good records
   * @param badRecords the bad records
   * @param counts all counters
   */
  public record Read(long rows, long badRecords, Map<Counted, Long> counts) {

    /** Returns one of the counters. */
    public long counted(Counted count) {
      return counts.getOrDefault(count, 0L);
    }
  }

  /**
   * Refuses settings that cannot work: Flink does not find its classes in Maven's JVM, and a Flink
   * configuration may be unreadable.
   *
   * @throws UsageException with advice
   */
  public static void check(String command, List<String> args) {
    if (isFlink(args) && inMaven()) {
      throw new UsageException(
          "Flink cannot load its classes inside Maven; run: mvn -q package -DskipTests && java -jar"
              + " target/diagonal-bundled.jar "
              + command
              + " "
              + String.join(" ", args));
    }
    if (isFlink(args)) {
      FlinkConfiguration.check(valueOf("flinkConfDir", args, ""));
    }
  }

  /** Returns whether the runner is Flink's, on a cluster or in this process. */
  public static boolean isFlink(List<String> args) {
    return isRunner("Flink", valueOf("runner", args, ""));
  }

  static boolean isFlink(PipelineOptions options) {
    return options.getRunner().getSimpleName().equals("FlinkRunner");
  }

  /**
   * Matches a runner as Beam does: by class name, or by simple name in any case, with or without
   * "Runner".
   */
  private static boolean isRunner(String name, String given) {
    return given.equalsIgnoreCase(name)
        || given.equalsIgnoreCase(name + "Runner")
        || given.endsWith("." + name + "Runner");
  }

  private static String valueOf(String option, List<String> args, String otherwise) {
    String prefix = "--" + option + "=";
    return args.stream()
        .filter(arg -> arg.startsWith(prefix))
        .map(arg -> arg.substring(prefix.length()))
        .reduce((first, last) -> last)
        .orElse(otherwise);
  }
}
