package dev.diagonal.pipelines;

import dev.diagonal.files.OutputRun;
import dev.diagonal.pipelines.cli.Job.Output;
import dev.diagonal.pipelines.cli.OutputRuns;
import dev.diagonal.pipelines.cli.RunOptions;
import dev.diagonal.write.WriteDeadLetterFiles;
import dev.diagonal.write.WriteDeadLetters;
import dev.diagonal.write.Written;
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
record DeadLetters(@Nullable String path, long most, boolean isDirectory, OutputRun run) {

  /** As Beam's error handlers name the step of their sink. */
  private static final String STEP = "Write to error Sink";

  static DeadLetters of(RunOptions options) {
    return to(options.getBadRecords(), options);
  }

  static DeadLetters to(@Nullable String path, RunOptions options) {
    return new DeadLetters(path, options.getMaxBadRecords(), false, OutputRuns.of(options));
  }

  static DeadLetters ofStream(RunOptions options) {
    return new DeadLetters(
        options.getBadRecords(), options.getMaxBadRecords(), true, OutputRuns.of(options));
  }

  /** Returns the line of a dry run. */
  String describe() {
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
  <T> T collect(
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
