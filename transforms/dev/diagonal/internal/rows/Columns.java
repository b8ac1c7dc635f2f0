package dev.diagonal.internal.rows;

import java.util.ArrayList;
import java.util.List;

/** Finds columns by their names, and reads lists of columns. */
public final class Columns {

  private Columns() {}

  /**
   * Returns the position of a column.
   *
   * @throws IllegalArgumentException if there is no column of that name
   */
  public static int indexOf(RowType type, String name) {
    int index = type.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException(
          "there is no column '" + name + "'" + NearestName.hint(name, type.names()));
    }
    return index;
  }

  /** Cuts a list of columns at its commas, those in parentheses excepted. */
  public static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == ',' && depth == 0) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }
}
