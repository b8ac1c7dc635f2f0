package dev.diagonal.jdbc.write;

import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.TableRights.Needs;
import java.util.List;

/**
 * What is done with a row. Rows are told apart by the key columns of the {@link
 * dev.diagonal.jdbc.table.Table}.
 */
public enum WriteMode {
  /**
   * Inserted; a row whose key is there is bad. On PostgreSQL each transaction leaves a token in the
   * ledger of Diagonal's schema, so that a transaction whose commit got no answer is neither lost
   * nor inserted twice. On other databases, and without the right to that schema, such a
   * transaction fails the run. A bundle that the runner repeats inserts its rows again, unless a
   * unique key refuses them.
   */
  INSERT,
  /** Inserted unless its key is there; of rows with the same key the first one stays. */
  INSERT_IGNORE,
  /** Inserted, or put in place of the row with its key; the last one stays. */
  UPSERT,
  /** Put in place of the row with its key; without effect if there is none. The last one stays. */
  UPDATE,
  /** The row with its key is deleted, if there is one. */
  DELETE;

  /** Returns what a write of this mode does to the columns of a table. */
  public Needs needs(Table table) {
    List<String> all = table.columns().stream().map(Column::name).toList();
    List<String> key = table.keyColumns().stream().map(Column::name).toList();
    List<String> others = table.otherColumns().stream().map(Column::name).toList();
    return switch (this) {
      case INSERT -> new Needs(List.of(), all, List.of(), false);
      case INSERT_IGNORE -> new Needs(key, all, List.of(), false);
      case UPSERT -> new Needs(others.isEmpty() ? key : all, all, others, false);
      case UPDATE -> new Needs(key, List.of(), others, false);
      case DELETE -> new Needs(key, List.of(), List.of(), true);
    };
  }

  /** Whether of rows with the same key only the last one need be written. */
  boolean lastWins() {
    return this == UPSERT || this == UPDATE;
  }
}
