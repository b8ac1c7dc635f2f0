package dev.diagonal.internal.files.stored;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.InputFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.jspecify.annotations.Nullable;

/**
 * Lists the files that match a name or a pattern, on any file system that Beam has registered. A
 * directory means the files directly in it whose names do not start with a dot or an underscore. A
 * pattern skips names that start with a dot, unless it starts with a dot itself. Part files of our
 * own runs never match.
 */
public final class Listing {

  private Listing() {}

  /**
   * Returns the files by name; none if nothing matches.
   *
   * @throws BadInputException if a file system cannot be listed, or a local file has a name that
   *     cannot be decoded or is a link to a missing file
   */
  public static List<InputFile> matching(String pattern) {
    try {
      List<InputFile> found =
          LocalFiles.isLocal(pattern) ? LocalFiles.matching(pattern) : remote(pattern);
      return found.stream().filter(file -> !PartNames.isPart(lastOf(file.name()))).toList();
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException("cannot look for '" + pattern + "': " + e.getMessage(), e);
    }
  }

  /**
   * Refuses an input that has a local file under two names, of which one is a link: its records
   * would be read twice.
   *
   * @throws BadInputException if a file is there twice
   */
  public static void refuseLinksToEachOther(Collection<InputFile> files) {
    Map<Path, String> names = new HashMap<>();
    for (InputFile file : files) {
      Path path = realPath(file);
      String other = path == null ? null : names.put(path, file.name());
      if (other != null) {
        throw new BadInputException(
            "%s and %s are one file, which would be read twice: leave the link out of the input"
                .formatted(other, file.name()));
      }
    }
  }

  /** Returns the path of a local file without links in it; null for pipes and remote files. */
  static @Nullable Path realPath(InputFile file) {
    return file.isPipe() || !LocalFiles.isLocal(file.name())
        ? null
        : LocalFiles.realPath(file.name());
  }

  private static List<InputFile> remote(String pattern) throws IOException {
    FileSystemModules.require(pattern);
    String name = lastOf(pattern);
    List<InputFile> files = new ArrayList<>();
    for (MatchResult.Metadata match : match(pattern)) {
      if (match.resourceId().isDirectory()) {
        for (MatchResult.Metadata inside : match(match.resourceId() + "*")) {
          if (!inside.resourceId().isDirectory()
              && !nameOf(inside).startsWith(".")
              && !nameOf(inside).startsWith("_")) {
            files.add(listed(inside));
          }
        }
      } else if (name.startsWith(".") || !nameOf(match).startsWith(".")) {
        files.add(listed(match));
      }
    }
    files.sort(Comparator.comparing(InputFile::name));
    return files;
  }

  private static String lastOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static List<MatchResult.Metadata> match(String pattern) throws IOException {
    MatchResult result = FileSystems.match(pattern, EmptyMatchTreatment.ALLOW);
    return result.status() == MatchResult.Status.NOT_FOUND ? List.of() : result.metadata();
  }

  private static String nameOf(MatchResult.Metadata file) {
    String name = file.resourceId().getFilename();
    return name == null ? "." : name;
  }

  private static InputFile listed(MatchResult.Metadata file) {
    return InputFile.of(file.resourceId().toString(), file.sizeBytes(), file.lastModifiedMillis());
  }
}
