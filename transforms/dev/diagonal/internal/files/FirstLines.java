package dev.diagonal.internal.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.FileRange;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RecordFormat;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.stored.FileText;
import java.io.IOException;
import java.io.Reader;
import java.nio.channels.Channels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first lines of the first file of an input, for plans and remarks.
 *
 * @param lines without byte order mark, empty lines and skipped lines
 * @param records whether the file has a {@link RecordFormat}; its only line is then the header,
 *     with commas
 */
public record FirstLines(List<String> lines, boolean records) {

  private static final int MOST_CHARACTERS = 1 << 16;
  private static final char MARK = '\uFEFF';

  /** No lines. */
  public static final FirstLines NONE = new FirstLines(List.of(), false);

  public FirstLines {
    lines = List.copyOf(lines);
  }

  /**
   * Returns the first lines of the first file that has any. Returns none if that file is a pipe,
   * which can be read only once, or cannot be read, which the run itself reports.
   *
   * @throws BadInputException if the file is not text
   */
  public static FirstLines of(InputFiles files, RecordFormat records, SkippedLines skipped) {
    for (InputFile file : files.files()) {
      FirstLines lines =
          file.isPipe()
              ? NONE
              : records.matches(file) ? header(file, records) : read(file, skipped);
      if (!lines.lines.isEmpty()) {
        return lines;
      }
    }
    return NONE;
  }

  /**
   * Returns the header of the file, or null if it has none or is unknown.
   *
   * @param declared whether text files have a header
   */
  public @Nullable String header(boolean declared) {
    return lines.isEmpty() || !(declared || records) ? null : lines.get(0);
  }

  private static FirstLines header(InputFile file, RecordFormat records) {
    try (RecordFormat.Records opened = records.open(FileRange.all(file))) {
      return new FirstLines(List.of(opened.header()), true);
    } catch (IOException | RuntimeException e) {
      return NONE;
    }
  }

  private static FirstLines read(InputFile file, SkippedLines skipped) {
    char[] start = new char[MOST_CHARACTERS];
    int filled = 0;
    try (Reader reader = Channels.newReader(FileText.open(file), UTF_8)) {
      int read = 0;
      while (filled < start.length && read >= 0) {
        filled += read;
        read = reader.read(start, filled, start.length - filled);
      }
    } catch (BadInputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      return NONE;
    }
    int from = filled > 0 && start[0] == MARK ? 1 : 0;
    int to = filled;
    while (filled == start.length && to > from && start[to - 1] != '\n' && start[to - 1] != '\r') {
      to--; // the last line may be cut
    }
    String comment = skipped.comment();
    List<String> lines =
        new String(start, from, to - from)
            .lines()
            .skip(skipped.first())
            .filter(line -> !line.isEmpty() && (comment == null || !line.startsWith(comment)))
            .toList();
    return new FirstLines(lines, false);
  }
}
