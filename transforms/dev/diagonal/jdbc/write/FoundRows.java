package dev.diagonal.jdbc.write;

import dev.diagonal.internal.jdbc.table.KeyOrder;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.BatchOutcome.Missing;
import dev.diagonal.jdbc.write.BatchOutcome.Rejected;
import java.util.BitSet;
import java.util.List;

/**
 * The rows of an attempt at a transaction of updates or deletes whose keys the table had. Not
 * thread-safe.
 */
final class FoundRows {

  private final BitSet found = new BitSet();
  private boolean isSure;

  /** Returns whether rows of a mode change nothing if the table does not have their key. */
  static boolean matterTo(WriteMode mode) {
    return mode == WriteMode.UPDATE || mode == WriteMode.DELETE;
  }

  /** Forgets an earlier attempt. Before the first one, it is unknown what the table has. */
  void begin() {
    found.clear();
    isSure = true;
  }

  void add(int row) {
    found.set(row);
  }

  void remove(int row) {
    found.clear(row);
  }

  /** Notes that the table may have had the keys of rows that are not added. */
  void doubtOthers() {
    isSure = false;
  }

  /**
   * Returns the rows that changed nothing. Rows that were replaced by a later one of their key, or
   * merged with it, have its result.
   */
  Missing missing(KeyOrder order, List<Rejected> rejected, boolean isCertain) {
    BitSet bad = new BitSet();
    rejected.forEach(each -> bad.set(each.row()));
    BitSet missing = new BitSet();
    for (int place = 0; place < order.places(); place++) {
      if (found.get(order.sent()[place]) && bad.isEmpty()) {
        continue;
      }
      int[] members = order.rowsOf(place);
      boolean isFound = found.get(order.sent()[place]);
      for (int row : members) {
        isFound |= found.get(row) && !bad.get(row);
      }
      for (int row : members) {
        missing.set(row, !isFound && !bad.get(row));
      }
    }
    return new Missing(missing, isSure && isCertain);
  }
}
