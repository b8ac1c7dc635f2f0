package dev.diagonal.pipelines.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The text about rows of updates and deletes that are not counted as written. */
final class RowsNotWritten {

  private static final String UNCONFIRMED =
      "are not counted as written, because it is unknown whether the table had their key: a trigger"
          + " or a rule of it may have dropped them, a transaction was committed by an interrupted run"
          + " or its reply was lost, or the driver does not report it";

  private RowsNotWritten() {}

  /** Returns remarks on an output; none if all of its rows were written. */
  static List<String> remarks(Summary.Written output) {
    List<String> remarks = new ArrayList<>();
    if (output.rowsUnmatched() > 0) {
      remarks.add(
          line(output, output.rowsUnmatched(), "matched no row of the table and changed nothing"));
    }
    if (output.rowsUnconfirmed() > 0) {
      remarks.add(line(output, output.rowsUnconfirmed(), UNCONFIRMED));
    }
    return remarks;
  }

  private static String line(Summary.Written output, long rows, String what) {
    return String.format(
        Locale.ROOT, "%s: %,d row%s %s", output.target(), rows, rows == 1 ? "" : "s", what);
  }
}
