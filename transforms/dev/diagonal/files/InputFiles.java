package dev.diagonal.files;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.stored.Listing;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The files that match names and patterns; see {@link Listing}.
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
   * @throws BadInputException if a pattern matches no file, or a file is there under two names
   */
  public static InputFiles matching(List<String> patterns) {
    return list(patterns, true);
  }

  /**
   * Finds the files that exist now. A file may be there under two names, of which one is a link.
   *
   * @throws BadInputException if a file system cannot be listed
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

  /** Returns whether any input is a pipe, whose size is unknown. */
  public boolean hasPipes() {
    return files.stream().anyMatch(InputFile::isPipe);
  }

  /** Returns the size of all files together, as stored. */
  public long totalBytes() {
    return files.stream().mapToLong(InputFile::bytes).sum();
  }

  /** Returns the number and size of the files, for messages. */
  public String describe() {
    return String.format(Locale.ROOT, "%,d file(s), %,.1f MB", files.size(), totalBytes() / 1e6);
  }

  private static InputFiles list(List<String> patterns, boolean required) {
    Map<String, InputFile> files = new LinkedHashMap<>();
    for (String pattern : withCommas(patterns)) {
      List<InputFile> found = Listing.matching(pattern);
      if (required && found.isEmpty()) {
        throw new BadInputException("no file matches '" + pattern + "'" + hint(pattern));
      }
      found.forEach(file -> files.putIfAbsent(file.name(), file));
    }
    if (required && files.size() > 1) {
      Listing.refuseLinksToEachOther(files.values());
    }
    return new InputFiles(new ArrayList<>(files.values()));
  }

  /**
   * Rejoins names that the option parser has split at commas, if the joined name is a file and its
   * first part is not.
   */
  static List<String> withCommas(List<String> parts) {
    List<String> patterns = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      String pattern = parts.get(i);
      if (!isThere(pattern)) {
        StringBuilder joined = new StringBuilder(pattern);
        for (int j = i + 1; j < parts.size(); j++) {
          joined.append(',').append(parts.get(j));
          if (isThere(joined.toString())) {
            pattern = joined.toString();
            i = j;
            break;
          }
        }
      }
      patterns.add(pattern);
    }
    return patterns;
  }

  private static String hint(String pattern) {
    if (pattern.startsWith("~/")) {
      return "; '~' has no meaning after '=': write the path of the directory, or $HOME";
    }
    return isThere(pattern) && Files.isDirectory(Path.of(pattern))
        ? "; the directory itself has no files, and '%s/**' includes those below it"
            .formatted(pattern.replaceFirst("/+$", ""))
        : "";
  }

  private static boolean isThere(String name) {
    try {
      return !name.isEmpty() && Files.exists(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
