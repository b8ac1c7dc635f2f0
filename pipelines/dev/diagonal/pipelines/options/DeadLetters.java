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
 * What becomes of bad records, as the user has chosen.
 *
 * @param path where they go, or null if the first one fails the run
 * @param most how many there may be
 * @param isDirectory whether it is for files of them, from what has no end
 * @param run what the file belongs to
 */
public record DeadLetters(@Nullable String path, long most, boolean isDirectory, OutputRun run) {

  /** As Beam's error handlers name the step of their sink. */
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

  /** Returns the line of a dry run. */
  public String describe() {
    if (path == null) {
      return "bad:     the first bad record fails the run";
    }
    return isDirectory
        ? String.format(Locale.ROOT, "bad:     up to %,d a reader to files in %s", most, path)
        : String.format(Locale.ROOT, "bad:     up to %,d to %s", most, path);
  }

  /**
   * Adds steps to a pipeline, handing them the handler of their bad records, or null.
   *
   * @param outputs gets the file of the bad records, if there is one
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
      outputs.add(new Output("bad records", STEP, path));
      return steps.apply(handler);
    }
  }

  private PTransform<PCollection<BadRecord>, PCollection<Written>> sink(String place) {
    return isDirectory
        ? WriteDeadLetterFiles.into(place)
        : WriteDeadLetters.to(place, most).withRun(run);
  }
}
