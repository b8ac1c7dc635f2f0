package dev.diagonal.internal.csv;

import dev.diagonal.fault.BadInputException;
import java.io.Serializable;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The names in a header, by which columns are found. A column is given by name or by position from
 * 1. A position means the column at that position in the first file of an input; in other files,
 * that column is found by its name.
 *
 * @param names from the left; empty without a header
 */
public record HeaderNames(List<String> names) implements Serializable {

  /** No header. */
  public static final HeaderNames NONE = new HeaderNames(List.of());

  /** The position of a missing column. */
  public static final int ABSENT = -1;

  private static final Pattern POSITION = Pattern.compile("[1-9][0-9]{0,3}");

  public HeaderNames {
    names = List.copyOf(names);
  }

  /** Returns whether a column can be a position from 1. */
  public static boolean isPosition(String column) {
    return POSITION.matcher(column).matches();
  }

  /**
   * Returns the position from 0 of a column in a file with this header, or {@link #ABSENT}.
   *
   * @param first the header of the first file, or {@link #NONE} if it is unknown
   * @param file for messages
   * @throws BadInputException if the header has the name twice, or a position without a usable name
   *     is another column than in the first file
   */
  public int find(String column, HeaderNames first, String file) {
    boolean position = isPosition(column) && !first.names.contains(column);
    if (first.names.isEmpty() || !position) {
      int named = indexOf(column, file);
      return named == ABSENT && position ? within(Integer.parseInt(column) - 1) : named;
    }
    int index = Integer.parseInt(column) - 1;
    if (index >= first.names.size()) {
      return ABSENT;
    }
    String name = first.names.get(index);
    if (!name.isBlank() && first.names.indexOf(name) == first.names.lastIndexOf(name)) {
      return indexOf(name, file);
    }
    if (index >= names.size() || !names.get(index).equals(name)) {
      throw new BadInputException(
          "in the header of %s, column %s is not '%s' as in the first file: only columns with a unique name may change their position"
              .formatted(file, column, name));
    }
    return index;
  }

  /** Returns the name by which a column should be found in other files, for messages. */
  public String nameOf(String column) {
    boolean position = isPosition(column) && !names.contains(column);
    int index = position ? Integer.parseInt(column) - 1 : ABSENT;
    return index >= 0 && index < names.size() && !names.get(index).isBlank()
        ? names.get(index)
        : column;
  }

  private int indexOf(String name, String file) {
    int index = names.indexOf(name);
    if (index != names.lastIndexOf(name)) {
      throw new BadInputException(
          "the header of %s has the column '%s' twice: name it by position".formatted(file, name));
    }
    return index;
  }

  private int within(int index) {
    return names.isEmpty() || index < names.size() ? index : ABSENT;
  }
}
