package dev.diagonal.pipelines.jobfiles;

import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.files.output.OutputPlace;
import dev.diagonal.internal.files.output.RunFiles;
import dev.diagonal.internal.files.output.RunHold;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files that a job reads and writes, by the options that name them. Immutable.
 *
 * @param inputs what it reads
 * @param outputs what it writes
 * @param inPlace the option whose file may also be the only input, or null if none may
 */
public record JobFiles(List<Input> inputs, List<Output> outputs, @Nullable String inPlace) {

  /** The kinds of files in {@code --from=kind:path} and {@code --to=kind:path}. */
  public static final List<String> KINDS = List.of("csv", "jsonl", "parquet");

  /** No files. */
  public static final JobFiles NONE = new JobFiles(List.of(), List.of(), null);

  /**
   * An input.
   *
   * @param option the option's name
   * @param patterns files, globs and directories
   */
  public record Input(String option, List<String> patterns) {

    public Input {
      patterns = List.copyOf(patterns);
    }
  }

  /**
   * An output.
   *
   * @param option the option's name
   * @param path a file, or a directory if there is a label
   * @param label the prefix of the file names in the directory, or null
   * @param byWorkers whether workers write it during the run, or the launcher after it
   */
  public record Output(String option, String path, @Nullable String label, boolean byWorkers) {

    /** Returns the path of the file, or of an example file in the directory. */
    String sample() {
      return label == null ? path : path.replaceFirst("/+$", "") + "/" + label + "-0.jsonl";
    }

    public OutputPlace place() {
      return OutputPlace.of(path);
    }

    private RunFiles files(OutputRun run) {
      return label == null ? RunFiles.at(path, run) : RunFiles.in(path, label, run);
    }
  }

  public JobFiles {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** Returns these files and those that an option reads, if it is set. */
  public JobFiles reads(String option, @Nullable List<String> patterns) {
    return patterns == null
        ? this
        : new JobFiles(with(inputs, new Input(option, patterns)), outputs, inPlace);
  }

  /** Returns these files and one that workers write, if it is set. */
  public JobFiles writes(String option, @Nullable String path) {
    return path == null ? this : with(new Output(option, path, null, true));
  }

  /** Returns these files and a directory whose file names start with a label, if it is set. */
  public JobFiles writesInto(String option, @Nullable String directory, String label) {
    return directory == null ? this : with(new Output(option, directory, label, true));
  }

  /** Returns these files and one that the launcher writes, if it is set. */
  public JobFiles writesAtTheEnd(String option, @Nullable String path) {
    return path == null ? this : with(new Output(option, path, null, false));
  }

  /** Returns these files; the file of an option may replace the only input once that is read. */
  public JobFiles inPlace(String option) {
    return new JobFiles(inputs, outputs, option);
  }

  private JobFiles with(Output output) {
    return new JobFiles(inputs, with(outputs, output), inPlace);
  }

  private static <T> List<T> with(List<T> list, T more) {
    return Stream.concat(list.stream(), Stream.of(more)).toList();
  }

  /** Returns whether anything but the summary is written to the standard output. */
  public boolean useStandardOutput() {
    return outputs.stream()
        .anyMatch(each -> each.place().kind() == OutputPlace.Kind.STANDARD_OUTPUT);
  }

  /**
   * Checks a file that the launcher writes after the run against what is read.
   *
   * @throws dev.diagonal.pipelines.usage.UsageException if it would replace an input
   */
  public void checkAtTheEnd(String option, @Nullable String path) {
    FileConflicts.check(new JobFiles(inputs, List.of(), null).writesAtTheEnd(option, path), false);
  }

  /** Deletes part files that ended runs have left at the outputs, and begins a run. */
  public RunHold begin(OutputRun run) throws IOException {
    List<RunFiles> written = new ArrayList<>();
    for (Output output : outputs) {
      if (output.byWorkers()) {
        written.add(output.files(run));
      } else {
        RunHold.deleteLeftovers(output.files(run));
      }
    }
    return RunHold.begin(written);
  }
}
