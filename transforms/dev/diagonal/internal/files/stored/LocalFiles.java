package dev.diagonal.internal.files.stored;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.InputFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds local files. A path that exists means that path; otherwise it is a pattern, and each of its
 * steps lists one directory. A pattern skips names that start with a dot, unless it starts with a
 * dot itself, and the unfinished files of other runs.
 */
final class LocalFiles {

  private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][-a-zA-Z0-9+.]*:/.*");
  private static final Pattern WILDCARD = Pattern.compile("[*?\\[{\\\\]");

  /** The names of files that this program has not yet renamed to their final names. */
  private static final Pattern UNFINISHED =
      Pattern.compile("\\..*(\\.diagonal-.*|\\.partial)", Pattern.DOTALL);

  private static final String STANDARD_INPUT = "-";
  private static final String ANY_DEPTH = "**";

  private LocalFiles() {}

  static boolean isLocal(String name) {
    return name.startsWith("file:") || !SCHEME.matcher(name).matches();
  }

  /** Returns the files that a name or a pattern matches, by name. */
  static List<InputFile> matching(String pattern) throws IOException {
    Path path = pathOf(pattern);
    if (Files.exists(path)) {
      return filesOf(path);
    }
    if (Files.isSymbolicLink(path)) {
      throw dangling(path);
    }
    return WILDCARD.matcher(pattern).find() ? expand(pattern) : List.of();
  }

  /** Returns a file with its size and modification time, or null if it no longer exists. */
  static @Nullable InputFile stat(Path path) throws IOException {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      if (Files.isSymbolicLink(path)) {
        throw dangling(path);
      }
      return null;
    }
    String name = path.toAbsolutePath().normalize().toString();
    return found.isOther()
        ? InputFile.pipe(name)
        : InputFile.of(name, found.size(), found.lastModifiedTime().toMillis());
  }

  /** Returns the path of a local file without links; the given path if the file is gone. */
  static Path realPath(String name) {
    Path path = Path.of(name);
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path; // whoever opens the file reports it
    }
  }

  /** Returns the name of the pipe if this names one. */
  static Optional<String> pipe(String name) {
    Path path = pathOf(name);
    try {
      return Files.exists(path) && !Files.isDirectory(path)
          ? Optional.ofNullable(stat(path)).filter(InputFile::isPipe).map(InputFile::name)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // it cannot be read either
    }
  }

  private static Path pathOf(String name) {
    if (name.equals(STANDARD_INPUT)) {
      return Path.of("/dev/stdin");
    }
    try {
      return Path.of(withoutScheme(name));
    } catch (InvalidPathException e) {
      throw new BadInputException(
          "the name '%s' cannot be written in the character set of this process (%s): set LC_ALL=C.UTF-8"
              .formatted(name, System.getProperty("sun.jnu.encoding")),
          e);
    }
  }

  private static String withoutScheme(String name) {
    return name.startsWith("file:") ? name.substring(5).replaceFirst("^//+", "/") : name;
  }

  /** Returns the file, or the files directly in the directory that are not hidden. */
  private static List<InputFile> filesOf(Path path) throws IOException {
    List<InputFile> files = new ArrayList<>();
    boolean directory = Files.isDirectory(path);
    for (Path each : directory ? list(path, LocalFiles::isOrdinary) : List.of(path)) {
      InputFile file = Files.isDirectory(each) ? null : stat(each);
      if (file != null) {
        files.add(file);
      }
    }
    return files;
  }

  private static List<InputFile> expand(String pattern) throws IOException {
    String spec = withoutScheme(pattern);
    List<Path> found = List.of(Path.of(spec.startsWith("/") ? "/" : ""));
    List<String> steps = Stream.of(spec.split("/")).filter(step -> !step.isEmpty()).toList();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).contains(ANY_DEPTH)) {
        found = below(found, String.join("/", steps.subList(i, steps.size())));
        break;
      }
      found = step(found, steps.get(i));
    }
    List<InputFile> files = new ArrayList<>();
    for (Path each : found) {
      files.addAll(filesOf(each));
    }
    return files;
  }

  private static List<Path> step(List<Path> directories, String step) throws IOException {
    List<Path> found = new ArrayList<>();
    boolean wild = WILDCARD.matcher(step).find();
    PathMatcher matcher = wild ? matcher(step) : each -> true;
    for (Path directory : directories) {
      if (!wild) {
        Path named = directory.resolve(step);
        if (Files.exists(named)) {
          found.add(named);
        }
      } else if (Files.isDirectory(directory)) {
        found.addAll(
            list(
                directory,
                name ->
                    (step.startsWith(".") || !isHidden(name))
                        && !UNFINISHED.matcher(name.toString()).matches()
                        && matcher.matches(name)));
      }
    }
    return found;
  }

  /**
   * A directory below the start of a pattern.
   *
   * @param start where the pattern starts
   * @param above the directories from there to here, without links
   */
  private record Descent(Path start, Path directory, Set<Path> above) {

    Descent to(Path below, Path real) {
      Set<Path> down = new HashSet<>(above);
      down.add(real);
      return new Descent(start, below, down);
    }
  }

  /**
   * Matches a pattern of any depth, the only kind that lists subdirectories. It follows links,
   * except to a directory that it is in. A file that has several names, because of links to
   * directories, is found once, by the name with the fewest links.
   */
  private static List<Path> below(List<Path> directories, String pattern) throws IOException {
    PathMatcher matcher = matcher(pattern);
    Map<Path, Path> found = new HashMap<>();
    Deque<Descent> left = new ArrayDeque<>();
    directories.forEach(start -> left.addLast(new Descent(start, start, Set.of())));
    while (!left.isEmpty()) {
      Descent next = left.removeFirst();
      Path real = next.directory.toRealPath();
      if (next.above.contains(real)) {
        continue;
      }
      for (Path each : list(next.directory, name -> !isHidden(name))) {
        if (Files.isDirectory(each) && Files.isSymbolicLink(each)) {
          left.addLast(next.to(each, real));
        } else if (Files.isDirectory(each)) {
          left.addFirst(next.to(each, real));
        } else if (matcher.matches(next.start.relativize(each))) {
          found.putIfAbsent(real.resolve(each.getFileName()), each);
        }
      }
    }
    return found.values().stream().sorted(Comparator.comparing(Path::toString)).toList();
  }

  private static PathMatcher matcher(String glob) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (java.util.regex.PatternSyntaxException e) {
      throw new BadInputException(
          "no file is called '%s', and it is not a pattern: %s".formatted(glob, e.getDescription()),
          e);
    }
  }

  private static boolean isHidden(Path name) {
    return name.toString().startsWith(".");
  }

  /** Returns whether the file of this name is read if its directory is the input. */
  private static boolean isOrdinary(Path name) {
    return !isHidden(name) && !name.toString().startsWith("_");
  }

  private static List<Path> list(Path directory, Predicate<Path> names) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        Path file = entry.getFileName();
        if (names.test(file)) {
          checkDecodable(entry, file);
          found.add(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    found.sort(Comparator.comparing(Path::toString));
    return found;
  }

  /**
   * Refuses a name that changes when it is converted to a string: it would name another file, or
   * none.
   */
  private static void checkDecodable(Path entry, Path name) {
    boolean decodable;
    try {
      decodable = Path.of(name.toString()).equals(name);
    } catch (InvalidPathException e) {
      decodable = false;
    }
    if (!decodable) {
      throw new BadInputException(
          "the name of %s cannot be read in the character set of this process (%s): set LC_ALL=C.UTF-8, or rename the file"
              .formatted(entry, System.getProperty("sun.jnu.encoding")));
    }
  }

  private static BadInputException dangling(Path path) {
    return new BadInputException(path + " is a link to a file that does not exist");
  }
}
