package dev.diagonal.pipelines.jobfiles;

import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.files.output.OutputCompression;
import dev.diagonal.internal.files.output.OutputPlace;
import dev.diagonal.internal.files.stored.FileSystemModules;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks, before the run starts, that a file can be written at the path of an option. */
public final class OutputPath {

  /** Paths of this process's open files, each of which may be another name of a file. */
  private static final List<String> DESCRIPTORS = List.of("/dev/fd/", "/dev/stderr", "/proc/");

  private OutputPath() {}

  /**
   * Checks a local path. For another file system, checks that its module is present.
   *
   * @param option the option's name
   * @param path its value; null if it is not set
   * @throws UsageException if its extension is that of a compression that is not written, it is a
   *     directory, or its directory cannot be written to
   */
  public static void check(String option, @Nullable String path) {
    if (path == null || path.equals(OutputPlace.STANDARD_OUTPUT)) {
      return;
    }
    checkCompression(option, path);
    if (isRemote(option, path)) {
      return;
    }
    refuseTilde(option, path);
    if (path.endsWith("/") || Files.isDirectory(pathOf(option, path))) {
      throw new UsageException(
          "--%s takes a file, and '%s' is a directory".formatted(option, path));
    }
    try {
      check(option, OutputPlace.of(path));
    } catch (IllegalArgumentException | UncheckedIOException e) {
      throw new UsageException("--%s: %s".formatted(option, Reason.of(e)), e);
    }
  }

  private static void checkCompression(String option, String path) {
    try {
      OutputCompression.check(path);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--%s: %s".formatted(option, Reason.of(e)), e);
    }
  }

  /** Refuses a name that a shell would have expanded elsewhere in a command. */
  private static void refuseTilde(String option, String path) {
    if (path.startsWith("~/") && !Files.exists(Path.of("~"))) {
      throw new UsageException(
          "--%s: '~' has no meaning after '=': write the path of the directory, or $HOME, in place of '%s'"
              .formatted(option, path));
    }
  }

  private static boolean isRemote(String option, String path) {
    try {
      FileSystemModules.require(path);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--%s: %s".formatted(option, Reason.of(e)), e);
    }
    return path.contains("://");
  }

  private static void check(String option, OutputPlace place) {
    Path file = place.local();
    if (file == null) {
      return;
    }
    boolean isThere = Files.exists(file);
    if (isThere && !Files.isWritable(file)) {
      throw new UsageException(
          "--%s: '%s' is not writable: delete it, or name another file"
              .formatted(option, place.path()));
    }
    if (place.isStream()) {
      return;
    }
    boolean isOtherName = !file.equals(Path.of(place.path()).toAbsolutePath().normalize());
    if (isOtherName && DESCRIPTORS.stream().anyMatch(place.path()::startsWith)) {
      throw new UsageException(
          "--%s: '%s' is the file '%s': name that file".formatted(option, place.path(), file));
    }
    checkWritable(option, file.getParent());
  }

  /**
   * Checks a local directory, which may be missing. For another file system, checks that its module
   * is present.
   *
   * @param option the option's name
   * @param path its value; null if it is not set
   * @throws UsageException if it is not a directory or cannot be written to
   */
  public static void checkDirectory(String option, @Nullable String path) {
    if (path == null || isRemote(option, path)) {
      return;
    }
    if (path.equals(OutputPlace.STANDARD_OUTPUT)) {
      throw new UsageException(
          "--%s takes a directory, and '%s' is the standard output".formatted(option, path));
    }
    Path directory = pathOf(option, path).toAbsolutePath();
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new UsageException(
          "--%s takes a directory, and '%s' is not a directory".formatted(option, path));
    }
    checkWritable(option, directory);
  }

  private static void checkWritable(String option, @Nullable Path directory) {
    Path existing = directory;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (existing != null && (!Files.isDirectory(existing) || !Files.isWritable(existing))) {
      throw new UsageException("--%s: '%s' is not writable".formatted(option, existing));
    }
  }

  private static Path pathOf(String option, String path) {
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw new UsageException("--%s: %s".formatted(option, Reason.of(e)), e);
    }
  }
}
