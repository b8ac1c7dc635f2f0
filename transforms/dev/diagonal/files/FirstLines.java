package dev.diagonal.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.FileText;
import dev.diagonal.files.stored.InputFile;
import java.io.IOException;
import java.io.Reader;
import java.nio.channels.Channels;
import java.util.List;

/**
 * The lines that the first file of an input starts with, for checks, plans and remarks.
 *
 * @param file its name, or empty where no file has lines
 * @param lines without byte order mark and empty lines
 */
public record FirstLines(String file, List<String> lines) {

  /** No lines. */
  public static final FirstLines NONE = new FirstLines("", List.of());


  private static final int MOST_CHARACTERS = 1 << 16;
  private static final char MARK = '\uFEFF';

  public FirstLines {
    lines = List.copyOf(lines);
  }

  /**
   * Returns those of the first file that has any. There are none if that file cannot be read, which
   * the run itself reports, or is a pipe, which can be read only once, or holds records, whose bytes
   * are not text.
   *
   * @throws BadInputException if the file is not text
   */
  public static FirstLines of(InputFiles files, RecordFormat records) {
    for (InputFile file : files.files()) {
      List<String> lines = file.isPipe() || records.matches(file) ? List.of() : read(file);
      if (!lines.isEmpty()) {
        return new FirstLines(file.name(), lines);
      }
    }
    return NONE;
  }

  private static List<String> read(InputFile file) {
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
      return List.of();
    }
    int from = filled > 0 && start[0] == MARK ? 1 : 0;
    int to = filled;
    while (filled == start.length && to > from && start[to - 1] != '\n' && start[to - 1] != '\r') {
      to--; // the last line may go on
    }
    return new String(start, from, to - from).lines().filter(line -> !line.isEmpty()).toList();
  }
}
