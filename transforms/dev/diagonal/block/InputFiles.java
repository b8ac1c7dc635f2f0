package dev.diagonal.block;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.PartNames;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;

/**
 * The files that patterns stand for. A pattern is a file, a glob or a directory, on any file system
 * that Beam has registered; a directory stands for the files right in it whose names do not start
 * with a dot or an underscore.
 *
 * @param files each file once, in the order of the patterns and then of the names
 */
public record InputFiles(List<InputFile> files) implements Serializable {

  /**
   * A file of the input.
   *
   * @param name its name, as the file system spells it
   * @param bytes its size as stored
   * @param splittable false if it is compressed, so that only one reader can read it
   */
  public record InputFile(String name, long bytes, boolean splittable) implements Serializable {
    /** Returns a file, splittable unless its name says that it is compressed. */
    static InputFile of(String name, long bytes) {
      return new InputFile(name, bytes, Compression.detect(name) == Compression.UNCOMPRESSED);
    }
  }

  public InputFiles {
    files = List.copyOf(files);
  }

  /**
   * Finds the files.
   *
   * @throws BadInputException if a pattern matches no file
   */
  public static InputFiles matching(List<String> patterns) {
    for (String pattern : patterns) {
      if (match(pattern).isEmpty()) {
        throw new BadInputException("no file matches '" + pattern + "'");
      }
    }
    return matchingIfAny(patterns);
  }

  /**
   * Finds the files that are there by now.
   *
   * @throws BadInputException if a file system cannot be asked
   */
  public static InputFiles matchingIfAny(List<String> patterns) {
    Map<String, InputFile> files = new LinkedHashMap<>();
    for (String pattern : patterns) {
      for (MatchResult.Metadata match : match(pattern)) {
        String name = match.resourceId().toString();
        files.putIfAbsent(name, InputFile.of(name, match.sizeBytes()));
      }
    }
    return new InputFiles(new ArrayList<>(files.values()));
  }

  /** Returns the size of all files together, as stored. */
  public long totalBytes() {
    return files.stream().mapToLong(InputFile::bytes).sum();
  }

  private static List<MatchResult.Metadata> match(String pattern) {
    List<MatchResult.Metadata> matches = new ArrayList<>();
    for (MatchResult.Metadata match : matchExactly(pattern)) {
      if (match.resourceId().isDirectory()) {
        for (MatchResult.Metadata inside : matchExactly(match.resourceId() + "*")) {
          if (!inside.resourceId().isDirectory() && !isHidden(inside)) {
            matches.add(inside);
          }
        }
      } else if (!PartNames.isPart(match.resourceId().getFilename())) {
        matches.add(match);
      }
    }
    matches.sort((a, b) -> a.resourceId().toString().compareTo(b.resourceId().toString()));
    return matches;
  }

  private static List<MatchResult.Metadata> matchExactly(String pattern) {
    try {
      MatchResult result = FileSystems.match(pattern, EmptyMatchTreatment.ALLOW);
      return result.status() == MatchResult.Status.NOT_FOUND ? List.of() : result.metadata();
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException("cannot look for '" + pattern + "': " + e.getMessage(), e);
    }
  }

  private static boolean isHidden(MatchResult.Metadata file) {
    String name = file.resourceId().getFilename();
    return name == null || name.startsWith(".") || name.startsWith("_");
  }
}
