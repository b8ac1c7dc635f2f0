package dev.diagonal.pipelines.cli;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;

/** What the launcher knows of runners: their names, and the defaults that suit blocks. */
public final class Runners {

  /** Set by the build when Maven's exec plugin runs the launcher. */
  private static final String LAUNCHED_BY_MAVEN = "diagonal.launchedByMaven";

  /**
   * With more threads than cores the DirectRunner's driver, which polls without a pause, takes the
   * time of a reader; with as many it only polls when there is a thread to spare.
   */
  private static final List<String> DIRECT_DEFAULTS =
      List.of(
          "--enforceImmutability=false",
          "--enforceEncodability=false",
          "--targetParallelism=" + Runtime.getRuntime().availableProcessors());

  private static final List<String> FLINK_DEFAULTS =
      List.of("--objectReuse=true", "--fasterCopy=true", "--streaming=false");

  private static final long CHECKPOINT_MILLIS = 10_000;

  private Runners() {}

  /** Whether this JVM is Maven's, with our classes in a class loader of their own. */
  static boolean inMaven() {
    return Boolean.getBoolean(LAUNCHED_BY_MAVEN);
  }

  /** Whether the pipeline will run in this process, on the DirectRunner. */
  static boolean isDirect(List<String> args) {
    return isRunner("Direct", valueOf("runner", args, "DirectRunner"));
  }

  /** Whether a pipeline with these options runs in this process, on the DirectRunner. */
  public static boolean isDirect(PipelineOptions options) {
    return options.getRunner().getSimpleName().equals("DirectRunner");
  }

  /**
   * Returns how many processes work at once at most, as far as the options tell: the parallelism on
   * a Flink cluster, where each may be a process of its own; 1 if nothing is known.
   */
  public static int processes(PipelineOptions options) {
    if (!options.getRunner().getSimpleName().equals("FlinkRunner")) {
      return 1;
    }
    FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
    return flink.getFlinkMaster().startsWith("[") ? 1 : Math.max(1, flink.getParallelism());
  }

  /** Whether the readers are in this process, so that its counters show progress. */
  static boolean isInThisJvm(List<String> args) {
    String master = valueOf("flinkMaster", args, "[auto]");
    return isDirect(args) || (isFlink(args) && master.startsWith("["));
  }

  /** Returns how many bundles a process of the runner works on at once. */
  public static int readers(PipelineOptions options) {
    String runner = options.getRunner().getSimpleName();
    if (isDirect(options)) {
      return options.as(DirectOptions.class).getTargetParallelism();
    }
    int parallelism =
        runner.equals("FlinkRunner") ? options.as(FlinkPipelineOptions.class).getParallelism() : -1;
    return parallelism > 0 ? parallelism : Runtime.getRuntime().availableProcessors();
  }

  /**
   * Sets what suits a pipeline that reads without an end, where the user has not: on Flink a
   * checkpoint every ten seconds, from which a job goes on when a worker is lost. In this process
   * there is nothing that outlives a fault, and the first one ends the job.
   *
   * @param ends whether it comes to an end by itself after all
   */
  public static void setStreaming(PipelineOptions options, boolean ends) {
    if (!options.getRunner().getSimpleName().equals("FlinkRunner")) {
      return;
    }
    FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
    if (flink.getCheckpointingInterval() < 0) {
      flink.setCheckpointingInterval(CHECKPOINT_MILLIS);
    }
    // Or what a bundle puts out at a checkpoint waits until the next bundle, which may be hours.
    flink.setFinishBundleBeforeCheckpointing(true);
    boolean here = flink.getFlinkMaster().equals("[local]");
    if ((ends || here) && flink.getShutdownSourcesAfterIdleMs() < 0) {
      flink.setShutdownSourcesAfterIdleMs(0L); // or a source that has ended stays, for checkpoints
    }
    if (here && flink.getNumberOfExecutionRetries() < 0) {
      flink.setNumberOfExecutionRetries(0);
    }
  }

  /**
   * Lets the DirectRunner work on no more bundles at once than there will be: on a thread to spare
   * its driver polls without a pause, which costs a core (measured: of 2 cores one, for as long as
   * one long bundle lasts). Other runners are left as they are.
   *
   * @param bundles how many there will be, 1 at least
   */
  public static void limitReaders(PipelineOptions options, int bundles) {
    if (isDirect(options)) {
      DirectOptions direct = options.as(DirectOptions.class);
      direct.setTargetParallelism(Math.max(1, Math.min(direct.getTargetParallelism(), bundles)));
    }
  }

  /** Whether the job is handed to a cluster that the launcher does not wait for. */
  static boolean isDetached(List<String> args) {
    return isFlink(args) && valueOf("attachedMode", args, "true").equals("false");
  }

  /** Whether a command with these options would not be waited for. */
  public static boolean isDetached(PipelineOptions options) {
    return options.getRunner().getSimpleName().equals("FlinkRunner")
        && !options.as(FlinkPipelineOptions.class).getAttachedMode();
  }

  /**
   * Runs a pipeline that comes before the one of the command.
   *
   * @return how many records it has read
   * @throws RuntimeException if it fails
   */
  public static Read runToItsEnd(Pipeline pipeline) {
    PipelineResult result = pipeline.run();
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
   * @param badRecords the others
   */
  public record Read(long rows, long badRecords) {}

  /** Returns the arguments behind the defaults of their runner, which they override. */
  public static List<String> withDefaults(List<String> args) {
    List<String> all = new ArrayList<>();
    if (isDirect(args)) {
      all.addAll(DIRECT_DEFAULTS);
    } else if (isFlink(args)) {
      all.addAll(FLINK_DEFAULTS);
    }
    all.addAll(args);
    return all;
  }

  /**
   * Refuses what cannot work: Flink in Maven's JVM does not find its classes.
   *
   * @throws UsageException with the command that works
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
  }

  /** Whether the runner is Flink's, on a cluster or in this process. */
  static boolean isFlink(List<String> args) {
    return isRunner("Flink", valueOf("runner", args, ""));
  }

  /** As Beam has it: the class name, or the simple one in any case, with or without "Runner". */
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
