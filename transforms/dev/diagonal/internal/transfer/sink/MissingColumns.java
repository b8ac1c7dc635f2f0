package dev.diagonal.internal.transfer.sink;

import dev.diagonal.internal.rows.NearestName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The problems of a table that lacks columns: a line for each, and one that lists its columns. */
final class MissingColumns {

  private final List<String> known;
  private boolean found;

  /**
   * @param known the names of the columns that the table has
   */
  MissingColumns(List<String> known) {
    this.known = known;
  }

  /** Returns the problem of a column that the table lacks. */
  String problem(String column) {
    found = true;
    return "column '%s': it has none%s".formatted(column, NearestName.suggestion(column, known));
  }

  /** Adds the names of the table's columns, if it lacks any. */
  void addKnown(List<? super @Nullable String> problems) {
    if (found) {
      problems.add("its columns are " + NearestName.list(known));
    }
  }
}
