package dev.diagonal.pipelines.options;

import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.run.Job.Output;
import dev.diagonal.pipelines.run.OutputRuns;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.textfile.WriteDeadLetterFiles;
import dev.diagonal.textfile.WriteDeadLetters;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Where dead letters are written and how many are allowed.
 *
 * @param path the file or directory, or null if the first bad record fails the run
 * @param most the maximum number of bad records
 * @param isDirectory whether the path is a directory of files, as for an unbounded input
 * @param run the run that the file belongs to
 */
public record DeadLetters(@Nullable String path, long most, boolean isDirectory, OutputRun run) {

  /** The name of the sink's step in Beam's error handlers. */
  private static final String STEP = "Write to error Sink";

  public static DeadLetters of(RunOptions options) {
    return to(options.getBadRecords(), options);
  }

  public static DeadLetters to(@Nullable String path, RunOptions options) {
    return new DeadLetters(path, options.getMaxBadRecords(), false, OutputRuns.of(options));
  }

  public static DeadLetters ofStream(RunOptions options) {
    return new DeadLetters(
        options.getBadRecords(), options.getMaxBadRecords(), true, OutputRuns.of(options));
  }

  /** Returns the line for a dry run. */
  public String describe() {
    if (path == null) {
      return "bad:     the first bad record fails the run";
    }
    return isDirectory
        ? String.format(Locale.ROOT, "bad:     up to %,d per reader, to files in %s", most, path)
        : String.format(Locale.ROOT, "bad:     up to %,d to %s", most, path);
  }

  /**
   * Adds steps to a pipeline and passes them the handler of bad records, or null.
   *
   * @param outputs receives the file of the dead letters, if there is one
   */
  public <T> T collect(
      Pipeline pipeline,
      List<Output> outputs,
      Function<@Nullable ErrorHandler<BadRecord, ?>, T> steps)
      throws Exception {
    if (path == null) {
      return steps.apply(null);
    }
    try (BadRecordErrorHandler<PCollection<Written>> handler =
        pipeline.registerBadRecordErrorHandler(sink(path))) {
      outputs.add(new Output(Output.BAD_RECORDS, STEP, path));
      return steps.apply(handler);
    }
  }

  private PTransform<PCollection<BadRecord>, PCollection<Written>> sink(String place) {
    return isDirectory
        ? WriteDeadLetterFiles.into(place)
        : WriteDeadLetters.to(place, most).withRun(run);
  }
}
