package dev.diagonal.taxi;

import dev.diagonal.block.TextFile;
import dev.diagonal.csv.CsvFields;
import dev.diagonal.fault.BadInputException;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The names in the first line of a file.
 *
 * @param file the file
 * @param names the columns from the left, without blanks around them
 */
record HeaderNames(TextFile file, List<String> names) {

  /** Stands for a column that is not there. */
  static final int NOT_THERE = -1;

  /**
   * @throws BadInputException if the file has no first line, or it cannot be cut
   */
  static HeaderNames of(TextFile file) {
    String line = file.header();
    CsvFields header = new CsvFields(',');
    @Nullable String fault = line == null ? "it has none" : header.split(line);
    if (fault != null) {
      throw new BadInputException("the header of %s: %s".formatted(file.name(), fault));
    }
    return new HeaderNames(
        file, IntStream.range(0, header.count()).mapToObj(i -> header.text(i).trim()).toList());
  }

  int count() {
    return names.size();
  }

  /**
   * @throws BadInputException if there is no such column
   */
  int position(String name) {
    int position = positionIfThere(name);
    if (position == NOT_THERE) {
      throw new BadInputException(
          "%s has no column '%s': its first line is '%s'"
              .formatted(file.name(), name, file.header()));
    }
    return position;
  }

  /**
   * @throws BadInputException if the header has the column twice
   */
  int positionIfThere(String name) {
    int position = names.indexOf(name);
    if (position != names.lastIndexOf(name)) {
      throw new BadInputException(
          "the header of %s has the column '%s' twice".formatted(file.name(), name));
    }
    return position;
  }
}
