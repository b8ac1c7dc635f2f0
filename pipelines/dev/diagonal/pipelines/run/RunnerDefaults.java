package dev.diagonal.pipelines.run;

import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.pipelines.flink.FlinkConfiguration;
import dev.diagonal.pipelines.flink.FlinkSubmission;
import dev.diagonal.pipelines.jobfiles.AbsolutePaths;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.options.PipelineOptions;

/** Sets runner options that suit pipelines of blocks, unless the user has set them. */
public final class RunnerDefaults {

  private static final int USUAL_READERS = Runtime.getRuntime().availableProcessors();

  /**
   * The DirectRunner's driver polls without a pause while a thread is idle. With more threads than
   * cores it slows down a reader.
   */
  private static final List<String> DIRECT_DEFAULTS =
      List.of(
          "--enforceImmutability=false",
          "--enforceEncodability=false",
          "--targetParallelism=" + USUAL_READERS);

  private static final List<String> FLINK_DEFAULTS =
      List.of("--objectReuse=true", "--fasterCopy=true", "--streaming=false");

  private static final long CHECKPOINT_MILLIS = 10_000;

  private RunnerDefaults() {}

  /**
   * Sets options that suit an unbounded pipeline, unless the user has set them. On Flink: a
   * checkpoint every ten seconds, so that a job that loses a worker continues from it, as often as
   * {@link FlinkConfiguration} allows. On the DirectRunner, the first fault ends the job.
   *
   * @param ends whether the sources end by themselves
   */
  public static void setStreaming(PipelineOptions options, boolean ends) {
    if (!Runners.isFlink(options)) {
      return;
    }
    FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
    if (flink.getCheckpointingInterval() < 0) {
      flink.setCheckpointingInterval(CHECKPOINT_MILLIS);
    }
    // Otherwise the output of a bundle at a checkpoint waits for the next bundle, possibly for
    // hours.
    flink.setFinishBundleBeforeCheckpointing(true);
    boolean here = !FlinkSubmission.to(flink.getFlinkMaster()).isToCluster();
    if ((ends || here) && flink.getShutdownSourcesAfterIdleMs() < 0) {
      flink.setShutdownSourcesAfterIdleMs(
          0L); // by default, sources that have ended stay, for checkpoints
    }
    if (here && flink.getNumberOfExecutionRetries() < 0) {
      flink.setNumberOfExecutionRetries(0);
    }
  }

  /**
   * Limits the DirectRunner to as many threads as there will be bundles. While a thread is idle,
   * its driver polls without a pause and uses a core (measured: one of two, during one long
   * bundle). Another number than the default stays, since the user has set it, and other runners
   * are unchanged.
   *
   * @param bundles the expected number of bundles, at least 1
   */
  public static void limitReaders(PipelineOptions options, int bundles) {
    if (Runners.isDirect(options)) {
      DirectOptions direct = options.as(DirectOptions.class);
      direct.setTargetParallelism(readers(direct.getTargetParallelism(), USUAL_READERS, bundles));
    }
  }

  static int readers(int set, int usual, int bundles) {
    return set == usual ? Math.max(1, Math.min(set, bundles)) : set;
  }

  /**
   * Limits the DirectRunner to as many threads as files have parts that are worth a reader, as
   * {@link #limitReaders(PipelineOptions, int)} does. Does not limit it if the size of the files is
   * unknown.
   */
  public static void limitReaders(PipelineOptions options, InputFiles input) {
    if (!input.hasPipes()) {
      limitReaders(options, parts(input.files()));
    }
  }

  /** One for each compressed file, whatever its size, and one for each few megabytes of others. */
  static int parts(List<InputFile> files) {
    long bytes = files.stream().filter(InputFile::splittable).mapToLong(InputFile::bytes).sum();
    long whole = files.stream().filter(file -> !file.splittable()).count();
    long shared = whole == files.size() ? 0 : 1 + bytes / RangePlan.DEFAULT.minRangeBytes();
    return (int) Math.min(whole + shared, Integer.MAX_VALUE);
  }

  /**
   * Returns the defaults of the runner and a job name, followed by the arguments, which override
   * them.
   */
  public static List<String> withDefaults(String command, List<String> args) {
    List<String> all = new ArrayList<>();
    if (Runners.isDirect(args)) {
      all.addAll(DIRECT_DEFAULTS);
    } else if (Runners.isFlink(args)) {
      all.addAll(FLINK_DEFAULTS);
      all.add("--jobName=" + Runners.jobName(command));
    }
    all.addAll(Runners.isOnCluster(args) ? AbsolutePaths.in(args) : args);
    if (Runners.isDetached(args)) {
      all.add("--attachedMode=false"); // flink run -d does not need it
    }
    return all;
  }
}
