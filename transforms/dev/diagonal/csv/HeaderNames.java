package dev.diagonal.csv;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The names in a header, by which columns can be found in files that have them in another order.
 *
 * @param names from the left
 */
public record HeaderNames(List<String> names) {

  private static final Pattern POSITION = Pattern.compile("[1-9][0-9]{0,3}");

  public HeaderNames {
    names = List.copyOf(names);
  }

  /**
   * Returns the name of a column that is given by position from 1, or what is given if it is not a
   * position, or the name there is blank, a number, or used twice.
   */
  public String nameOf(String column) {
    if (names.contains(column) || !POSITION.matcher(column).matches()) {
      return column;
    }
    int index = Integer.parseInt(column) - 1;
    if (index >= names.size()) {
      return column;
    }
    String name = names.get(index);
    boolean usable =
        !name.isBlank()
            && !POSITION.matcher(name).matches()
            && names.indexOf(name) == names.lastIndexOf(name);
    return usable ? name : column;
  }
}
