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
 * The rows of one transaction, bound for one kind of database. One thread fills it and {@linkplain
 * #seal seals} it, then another sends it; not safe for concurrent use.
 */
abstract class BatchRows<T> {

  private final JdbcWrite<T> write;
  private final List<T> rows;
  private final FoundRows found = new FoundRows();

  BatchRows(JdbcWrite<T> write, int expectedRows) {
    this.write = write;
    this.rows = new ArrayList<>(expectedRows);
  }

  /**
   * Adds a row.
   *
   * @throws Exception if its values do not fit the table, or the binder fails; the batch is then
   *     unchanged
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

  /** Sorts the rows by key, and merges rows of the same key if the mode allows it. */
  final KeyOrder seal() throws Exception {
    if (!canCompareKeys()) {
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

  /** Returns the approximate size of the bound rows, in bytes. */
  abstract long bytes();

  /** Returns a checksum of the bound rows and their order. */
  abstract long checksum();

  /** Returns how many rows were bound: those that were added and those merged from them. */
  abstract int bound();

  abstract void bind(T row) throws Exception;

  /**
   * Returns whether {@link #compareKeys} agrees with the database on which keys are equal; if not,
   * rows keep their order.
   */
  abstract boolean canCompareKeys();

  abstract int compareKeys(int row, int other);

  /** Returns whether a transaction can go on after a statement of it has failed. */
  boolean hasSavepoints() {
    return true;
  }

  /** Returns the key of a row, in a form that messages may show. */
  abstract String key(int row);

  /** Prepares a transaction before its first {@link #send}. */
  abstract void begin(Connection connection) throws SQLException;

  /**
   * Writes the rows at positions {@code from} (inclusive) to {@code to} (exclusive) of {@code
   * rows}.
   */
  abstract void send(Connection connection, int[] rows, int from, int to) throws SQLException;

  /**
   * Sends the good rows and returns the bad ones, if the database can find them by itself;
   * otherwise returns null and has sent nothing.
   */
  @Nullable List<Rejected> sift(Connection connection, KeyOrder order) throws SQLException {
    return null;
  }

  /** Returns what all rows sent since {@link #begin} have changed, as far as it is known. */
  Changes changes() {
    return Changes.UNKNOWN;
  }

  /** Returns the rows of updates or deletes whose keys the table had. */
  final FoundRows found() {
    return found;
  }

  /** Removes what was sent, after it took effect and before more is sent. */
  abstract void clear(Connection connection) throws SQLException;
}
