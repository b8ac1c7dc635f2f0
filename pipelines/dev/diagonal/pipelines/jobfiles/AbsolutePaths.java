package dev.diagonal.pipelines.jobfiles;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes relative paths absolute, so that they mean the same in every process: workers of a cluster
 * have other working directories than the launcher.
 */
public final class AbsolutePaths {

  /**
   * The options that name one or several files, separated by commas, that workers read or write.
   */
  private static final Set<String> OPTIONS =
      Set.of(
          "input",
          "nodesInput",
          "output",
          "badRecords",
          "projects",
          "donations",
          "resources",
          "zones");

  /** The options that name one file, which only the launcher reads or writes. */
  private static final Set<String> OF_LAUNCHER =
      Set.of("summary", "report", "statement", "nodesStatement", "mapping");

  /** The options with values {@code kind:path}. */
  private static final Set<String> ENDS = Set.of("from", "to");

  private AbsolutePaths() {}

  /** Returns whether an option of a command names files, which may be relative. */
  public static boolean isPath(String option) {
    return OPTIONS.contains(option) || OF_LAUNCHER.contains(option) || option.endsWith("File");
  }

  /** Returns the arguments with relative paths made absolute; paths with a scheme are unchanged. */
  public static List<String> in(List<String> args) {
    return args.stream().map(AbsolutePaths::absolute).toList();
  }

  private static String absolute(String arg) {
    int equals = arg.indexOf('=');
    if (!arg.startsWith("--") || equals < 0) {
      return arg;
    }
    String option = arg.substring(2, equals);
    boolean ends = ENDS.contains(option);
    if (!ends && !OPTIONS.contains(option)) {
      return arg;
    }
    return arg.substring(0, equals + 1)
        + Stream.of(arg.substring(equals + 1).split(",", -1))
            .map(value -> ends ? absoluteEnd(value) : absolutePath(value))
            .collect(joining(","));
  }

  private static String absoluteEnd(String end) {
    int colon = end.indexOf(':');
    return colon >= 0 && JobFiles.KINDS.contains(end.substring(0, colon))
        ? end.substring(0, colon + 1) + absolutePath(end.substring(colon + 1))
        : colon >= 0 ? end : absolutePath(end); // --from=csv:a,b has files after the first
  }

  private static String absolutePath(String path) {
    return path.isEmpty() || path.equals("-") || path.startsWith("/") || path.contains("://")
        ? path
        : Path.of("").toAbsolutePath() + "/" + path;
  }
}
