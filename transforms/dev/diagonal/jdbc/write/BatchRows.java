package dev.diagonal.jdbc.write;

import dev.diagonal.internal.jdbc.table.KeyOrder;
import dev.diagonal.jdbc.write.BatchOutcome.Rejected;
import dev.diagonal.metrics.Changes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one transaction, bound as a kind of database takes them. Filled by one thread, then
 * {@linkplain #seal sealed} and sent by another; not safe for use by both at once.
 */
abstract class BatchRows<T> {

  private final JdbcWrite<T> write;
  private final List<T> rows;

  BatchRows(JdbcWrite<T> write, int expectedRows) {
    this.write = write;
    this.rows = new ArrayList<>(expectedRows);
  }

  /**
   * Takes in a row.
   *
   * @throws Exception if its values do not fit the table, or the binder fails; the batch is as it
   *     was before then
   */
  final void add(T row) throws Exception {
    bind(row);
    rows.add(row);
  }

  final int size() {
    return rows.size();
  }

  final T row(int index) {
    return rows.get(index);
  }

  /** Puts the rows in key order, and makes one of those with the same key if the mode allows. */
  final KeyOrder seal() throws Exception {
    if (!tellsEqualKeys()) {
      return KeyOrder.ofAll(size(), (row, other) -> 0);
    }
    if (!write.mode().lastWins()) {
      return KeyOrder.ofAll(size(), this::compareKeys);
    }
    KeyOrder order = KeyOrder.folded(size(), this::compareKeys);
    var merge = write.merge();
    if (merge != null) {
      for (int place = 0; place < order.places(); place++) {
        if (order.countOf(place) > 1) {
          int[] members = order.rowsOf(place);
          T merged = row(members[0]);
          for (int i = 1; i < members.length; i++) {
            merged = merge.apply(merged, row(members[i]));
          }
          bind(merged);
          order.send(place, bound() - 1);
        }
      }
    }
    return order;
  }

  /** How many bytes the bound rows take, about. */
  abstract long bytes();

  /** How many rows were bound: those that were added, and those made of them. */
  abstract int bound();

  abstract void bind(T row) throws Exception;

  /**
   * Whether {@link #compareKeys} finds equal what the database does; else rows stay as they came.
   */
  abstract boolean tellsEqualKeys();

  abstract int compareKeys(int row, int other);

  /** The key of a row as a message may show it. */
  abstract String key(int row);

  /** Does what comes before the first {@link #send} of a transaction. */
  abstract void begin(Connection connection) throws SQLException;

  /** Writes the rows that stand in {@code rows} from {@code from} to before {@code to}. */
  abstract void send(Connection connection, int[] rows, int from, int to) throws SQLException;

  /**
   * Sends the good rows and returns the others, if the database can do that by itself; else returns
   * null, and has sent nothing.
   */
  @Nullable List<Rejected> sift(Connection connection, KeyOrder order) throws SQLException {
    return null;
  }

  /** Returns what was changed by all that was sent since {@link #begin}, as far as it is known. */
  Changes changes() {
    return Changes.UNKNOWN;
  }

  /** Forgets what the database was sent, after it took effect and before more is sent. */
  abstract void clear(Connection connection) throws SQLException;
}
