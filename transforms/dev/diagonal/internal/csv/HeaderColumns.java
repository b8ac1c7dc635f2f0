package dev.diagonal.internal.csv;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.TextFile;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The names in the first line of a file.
 *
 * @param file the file
 * @param names the columns from the left, stripped
 */
public record HeaderColumns(TextFile file, List<String> names) {

  /**
   * Returns the columns of a file.
   *
   * @throws BadInputException if the file has no first line, or it cannot be cut
   */
  public static HeaderColumns of(TextFile file, String delimiter) {
    String line = file.header();
    CsvFields header = new CsvFields(delimiter);
    @Nullable String fault = line == null ? "it has none" : header.split(line);
    if (fault != null) {
      throw new BadInputException("the header of %s: %s".formatted(file.name(), fault));
    }
    return new HeaderColumns(
        file, IntStream.range(0, header.count()).mapToObj(i -> header.text(i).trim()).toList());
  }

  /** Returns how many columns there are. */
  public int count() {
    return names.size();
  }

  /**
   * Returns the position of a column from 0.
   *
   * @throws BadInputException if there is no such column, or the header has it twice
   */
  public int position(String name) {
    int position = names.indexOf(name);
    if (position != names.lastIndexOf(name)) {
      throw new BadInputException(
          "the header of %s has the column '%s' twice".formatted(file.name(), name));
    }
    if (position < 0) {
      throw new BadInputException(
          "%s has no column '%s': its first line is '%s'"
              .formatted(file.name(), name, file.header()));
    }
    return position;
  }
}
