package dev.diagonal.pipelines.run;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Spells paths that are relative to the launcher's directory so that they mean the same in every
 * process: a worker of a cluster has a directory of its own.
 */
public final class AbsolutePaths {

  /** The options that name files which workers read or write, one or several with commas. */
  private static final Set<String> OPTIONS =
      Set.of("input", "output", "badRecords", "projects", "donations", "resources", "zones");

  /** Those whose values are {@code kind:path}, and the kinds that are files. */
  private static final Set<String> ENDS = Set.of("from", "to");

  private static final Set<String> FILES = Set.of("csv", "jsonl");

  private AbsolutePaths() {}

  /** Whether an option of a command names files, which may be relative to a directory. */
  public static boolean isPath(String option) {
    return OPTIONS.contains(option)
        || option.equals("summary")
        || option.equals("report")
        || option.endsWith("File");
  }

  /** Returns the arguments with the paths among them made absolute; those with a scheme are. */
  static List<String> in(List<String> args) {
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
    return colon >= 0 && FILES.contains(end.substring(0, colon))
        ? end.substring(0, colon + 1) + absolutePath(end.substring(colon + 1))
        : colon >= 0 ? end : absolutePath(end); // --from=csv:a,b has files after the first
  }

  private static String absolutePath(String path) {
    return path.isEmpty() || path.equals("-") || path.startsWith("/") || path.contains("://")
        ? path
        : Path.of("").toAbsolutePath() + "/" + path;
  }
}
