package dev.diagonal.internal.files.stored;

import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.metrics.Warnings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out local files that are in the input under another name, with one warning each: a link
 * beside its file would have its records read twice. Not thread-safe.
 */
public final class OneNameEach {

  /** By name, what a file was without links when it was first listed. */
  private final Map<String, Path> paths = new HashMap<>();

  private final Set<String> leftOut = new HashSet<>();

  /**
   * Returns the files that are new, files before links to them.
   *
   * @param listed all files that are there now
   * @param seen the names of those that were returned before
   */
  public List<InputFile> added(List<InputFile> listed, Set<String> seen) {
    Set<String> names = new HashSet<>();
    listed.forEach(file -> names.add(file.name()));
    paths.keySet().retainAll(names);
    leftOut.retainAll(names);
    List<InputFile> added =
        new ArrayList<>(listed.stream().filter(file -> !seen.contains(file.name())).toList());
    if (added.isEmpty()) {
      return added;
    }
    Map<Path, String> owners = new HashMap<>();
    listed.stream()
        .filter(file -> seen.contains(file.name()))
        .forEach(file -> owner(owners, path(file), file));
    added.forEach(file -> paths.remove(file.name())); // a link may have a new target
    added.sort(Comparator.comparing(this::isLink).thenComparing(this::isBehindLink));
    added.removeIf(file -> isLeftOut(file, owner(owners, path(file), file)));
    return added;
  }

  private boolean isLeftOut(InputFile file, String owner) {
    if (owner.equals(file.name())) {
      leftOut.remove(owner);
      return false;
    }
    if (leftOut.add(file.name())) {
      Warnings.warn(
          "%s is left out: it is the same file as %s, which is read".formatted(file.name(), owner));
    }
    return true;
  }

  private static String owner(Map<Path, String> owners, @Nullable Path path, InputFile file) {
    String owner = path == null ? null : owners.putIfAbsent(path, file.name());
    return owner == null ? file.name() : owner;
  }

  private boolean isLink(InputFile file) {
    return path(file) != null && Files.isSymbolicLink(Path.of(file.name()));
  }

  private boolean isBehindLink(InputFile file) {
    Path path = path(file);
    return path != null && !path.toString().equals(file.name());
  }

  private @Nullable Path path(InputFile file) {
    return paths.computeIfAbsent(file.name(), name -> Listing.realPath(file));
  }
}
