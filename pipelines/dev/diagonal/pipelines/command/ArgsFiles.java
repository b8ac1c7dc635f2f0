package dev.diagonal.pipelines.command;

import dev.diagonal.internal.fault.Reason;
import dev.diagonal.pipelines.options.Secrets;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Expands {@code @file} arguments: one option per line; empty lines and lines that start with
 * {@code #} are comments. If an option is set twice, the last value wins; for lists see {@link
 * CommandModel#normalize}.
 */
final class ArgsFiles {

  /** The byte order mark, which Windows editors write. */
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private static final Pattern QUOTED = Pattern.compile("(--\\w+=)(['\"])(.+)\\2");

  private ArgsFiles() {}

  /**
   * Returns the arguments with each file replaced by its lines.
   *
   * @throws UsageException if a file cannot be read or has a line that is not an option
   */
  static List<String> expand(List<String> args) {
    List<String> expanded = new ArrayList<>();
    for (String arg : args) {
      if (arg.startsWith("@")) {
        expanded.addAll(read(arg.substring(1)));
      } else {
        expanded.add(arg);
      }
    }
    return expanded;
  }

  private static List<String> read(String file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new UsageException("@" + file + ": there is no such file", e);
    } catch (CharacterCodingException e) {
      throw new UsageException("@" + file + ": the file is not UTF-8", e);
    } catch (IOException | InvalidPathException e) {
      throw new UsageException("@" + file + ": cannot be read: " + Reason.ofFile(e), e);
    }
    List<String> options = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = (i == 0 ? withoutMark(lines.get(i)) : lines.get(i)).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (!line.startsWith("--")) {
        throw new UsageException(
            "@%s, line %s: an option must start with --, got '%s'"
                .formatted(file, i + 1, Secrets.shown(line)));
      }
      options.add(unquoted(line, "@%s, line %s".formatted(file, i + 1)));
    }
    return options;
  }

  private static String withoutMark(String line) {
    return line.startsWith(BYTE_ORDER_MARK) ? line.substring(BYTE_ORDER_MARK.length()) : line;
  }

  /** Refuses quotes around a value, since no shell removes them here. */
  private static String unquoted(String option, String place) {
    Matcher quoted = QUOTED.matcher(option);
    if (quoted.matches()) {
      throw new UsageException(
          "%s: a file of options takes values without quotes: write %s%s"
              .formatted(place, quoted.group(1), quoted.group(3)));
    }
    return option;
  }
}
