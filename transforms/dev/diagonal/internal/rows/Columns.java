package dev.diagonal.internal.rows;

import dev.diagonal.rows.RowType;

/** Finds columns by their names. */
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
}
