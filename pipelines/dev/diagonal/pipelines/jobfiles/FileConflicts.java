package dev.diagonal.pipelines.jobfiles;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.output.OutputPlace;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Refuses outputs that are also inputs, that the next run would read, or that name the same file.
 * Compares real paths, with all links followed.
 */
public final class FileConflicts {

  private static final String WILDCARDS = "*?[{\\";

  private FileConflicts() {}

  /**
   * Checks the files of a job.
   *
   * @param onCluster whether other processes write the files
   * @throws UsageException with the options and the path
   */
  public static void check(JobFiles files, boolean onCluster) {
    Map<String, String> options = new HashMap<>();
    for (JobFiles.Output output : files.outputs()) {
      OutputPlace place = output.place();
      if (onCluster && output.byWorkers() && place.isStream()) {
        throw new UsageException(
            "--%s: '%s' is a stream of this machine, and the workers of a cluster write files: name a file"
                .formatted(output.option(), output.path()));
      }
      String earlier = options.putIfAbsent(place.identity(), output.option());
      if (earlier != null) {
        throw new UsageException(
            "--%s and --%s name the same file, '%s': give each output a file of its own"
                .formatted(earlier, output.option(), output.path()));
      }
    }
    for (JobFiles.Input input : files.inputs()) {
      for (JobFiles.Output output : files.outputs()) {
        check(input, output, files.inPlace());
      }
    }
  }

  private static void check(
      JobFiles.Input input, JobFiles.Output output, @Nullable String inPlace) {
    String written = OutputPlace.of(output.sample()).identity();
    boolean only = input.patterns().size() == 1;
    for (String pattern : input.patterns()) {
      if (isFile(pattern) && OutputPlace.of(pattern).identity().equals(written)) {
        if (!only || !output.option().equals(inPlace)) {
          throw replaced(input, output, output.path());
        }
        continue;
      }
      if (matches(pattern, written)) {
        throw new UsageException(
            "--%s: '%s' matches --%s=%s, so the next run would read it: write elsewhere"
                .formatted(output.option(), output.path(), input.option(), pattern));
      }
      for (InputFile file : found(pattern)) {
        if (isWritten(output, written, OutputPlace.of(file.name()).identity())) {
          throw replaced(input, output, file.name());
        }
      }
    }
  }

  private static UsageException replaced(
      JobFiles.Input input, JobFiles.Output output, String file) {
    return new UsageException(
        "--%s would replace '%s', which --%s reads: write to another file"
            .formatted(output.option(), file, input.option()));
  }

  /** Returns whether an output writes a file; a directory of outputs has many file names. */
  private static boolean isWritten(JobFiles.Output output, String written, String file) {
    String label = output.label();
    if (label == null || file.contains("://")) {
      return file.equals(written);
    }
    Path path = Path.of(file);
    return String.valueOf(path.getFileName()).startsWith(label + "-")
        && Objects.equals(Path.of(written).getParent(), path.getParent());
  }

  private static boolean isFile(String pattern) {
    return pattern.contains("://") || Files.isRegularFile(Path.of(pattern));
  }

  private static List<InputFile> found(String pattern) {
    try {
      return InputFiles.matchingIfAny(List.of(pattern)).files();
    } catch (BadInputException e) {
      return List.of(); // the job reports files that cannot be found
    }
  }

  /** Returns whether a pattern matches a local file, which may be missing, by its real path. */
  private static boolean matches(String pattern, String file) {
    if (pattern.contains("://")
        || file.contains("://")
        || file.equals(OutputPlace.STANDARD_OUTPUT)) {
      return false;
    }
    Path real = Path.of(file);
    Path given = Path.of(pattern).toAbsolutePath();
    try {
      if (Files.isDirectory(given)) {
        String name = String.valueOf(real.getFileName());
        return Objects.equals(given.toRealPath(), real.getParent())
            && !name.startsWith(".")
            && !name.startsWith("_");
      }
      if (Files.exists(given)) {
        return false;
      }
      Path start = beforeWildcards(given);
      if (start == null || !Files.isDirectory(start)) {
        return false;
      }
      Path realStart = start.toRealPath();
      return real.startsWith(realStart)
          && FileSystems.getDefault()
              .getPathMatcher("glob:" + given)
              .matches(start.resolve(realStart.relativize(real)));
    } catch (IOException e) {
      return false; // the job reports files that cannot be read
    }
  }

  private static @Nullable Path beforeWildcards(Path pattern) {
    Path start = pattern.getRoot();
    for (Path name : pattern) {
      if (name.toString().chars().anyMatch(c -> WILDCARDS.indexOf(c) >= 0)) {
        return start;
      }
      start = start == null ? name : start.resolve(name);
    }
    return start;
  }
}
