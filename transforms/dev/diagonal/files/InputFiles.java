package dev.diagonal.files;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.files.stored.Listing;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files that names and patterns stand for; see {@link Listing}.
 *
 * @param files each file once, in the order of the patterns and then of the names
 */
public record InputFiles(List<InputFile> files) implements Serializable {

  public InputFiles {
    files = List.copyOf(files);
  }

  /**
   * Finds the files.
   *
   * @throws BadInputException if a pattern matches no file
   */
  public static InputFiles matching(List<String> patterns) {
    return list(patterns, true);
  }

  /**
   * Finds the files that are there by now.
   *
   * @throws BadInputException if a file system cannot be asked
   */
  public static InputFiles matchingIfAny(List<String> patterns) {
    return list(patterns, false);
  }

  /** Returns the file of this name. */
  public InputFile named(String name) {
    return files.stream()
        .filter(file -> file.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("not listed: " + name));
  }

  /** Whether some of it comes from pipes, whose size is not known. */
  public boolean hasPipes() {
    return files.stream().anyMatch(InputFile::isPipe);
  }

  /** Returns the size of all files together, as stored. */
  public long totalBytes() {
    return files.stream().mapToLong(InputFile::bytes).sum();
  }

  private static InputFiles list(List<String> patterns, boolean required) {
    Map<String, InputFile> files = new LinkedHashMap<>();
    for (String pattern : patterns) {
      List<InputFile> found = Listing.matching(pattern);
      if (required && found.isEmpty()) {
        throw new BadInputException("no file matches '" + pattern + "'");
      }
      found.forEach(file -> files.putIfAbsent(file.name(), file));
    }
    return new InputFiles(new ArrayList<>(files.values()));
  }
}
