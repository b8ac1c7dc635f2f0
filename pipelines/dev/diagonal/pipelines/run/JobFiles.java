package dev.diagonal.pipelines.run;

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
 * @param inPlace the option whose file may be the only input too, or null if none may
 */
public record JobFiles(List<Input> inputs, List<Output> outputs, @Nullable String inPlace) {

  /** No files. */
  public static final JobFiles NONE = new JobFiles(List.of(), List.of(), null);

  /**
   * What is read.
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
   * What is written.
   *
   * @param option the option's name
   * @param path a file, or a directory if there is a label
   * @param label what the names of the files in the directory start with, or null
   * @param byWorkers whether workers write it during the run, and not the launcher after it
   */
  public record Output(String option, String path, @Nullable String label, boolean byWorkers) {

    /** Returns the file, or one as they are written to the directory. */
    String sample() {
      return label == null ? path : path.replaceFirst("/+$", "") + "/" + label + "-0.jsonl";
    }

    OutputPlace place() {
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

  /** Returns these and what an option reads, if it is given. */
  public JobFiles reads(String option, @Nullable List<String> patterns) {
    return patterns == null
        ? this
        : new JobFiles(with(inputs, new Input(option, patterns)), outputs, inPlace);
  }

  /** Returns these and a file that workers write, if it is given. */
  public JobFiles writes(String option, @Nullable String path) {
    return path == null ? this : with(new Output(option, path, null, true));
  }

  /** Returns these and a directory whose files start with a label, if it is given. */
  public JobFiles writesInto(String option, @Nullable String directory, String label) {
    return directory == null ? this : with(new Output(option, directory, label, true));
  }

  /** Returns these and a file that the launcher writes, if it is given. */
  JobFiles writesAtTheEnd(String option, @Nullable String path) {
    return path == null ? this : with(new Output(option, path, null, false));
  }

  /** Returns these, where the file of an option may replace the only input once that is read. */
  public JobFiles inPlace(String option) {
    return new JobFiles(inputs, outputs, option);
  }

  private JobFiles with(Output output) {
    return new JobFiles(inputs, with(outputs, output), inPlace);
  }

  private static <T> List<T> with(List<T> list, T more) {
    return Stream.concat(list.stream(), Stream.of(more)).toList();
  }

  /** Whether something else than the summary goes to the standard output. */
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

  /** Deletes what runs that are gone have left at the outputs, and begins a run. */
  RunHold begin(OutputRun run) throws IOException {
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
