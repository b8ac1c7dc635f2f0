package dev.diagonal.jdbc.table;

/** How a row is written. The key columns of the {@link Table} identify rows. */
public enum WriteMode {
  /**
   * Inserts the row; a row whose key exists is a bad record. On PostgreSQL each transaction stores
   * a token in the ledger of Diagonal's schema. If the reply to a commit is lost, the token shows
   * whether the rows were committed. On other databases, and without access to that schema, a lost
   * reply fails the run. A bundle that the runner repeats inserts its rows again, unless a unique
   * key refuses them.
   */
  INSERT,
  /** Inserts the row unless its key exists. Of rows with the same key the first one is kept. */
  INSERT_IGNORE,
  /** Inserts the row, or replaces the row with its key. The last one is kept. */
  UPSERT,
  /**
   * Replaces the row with its key. The last one is kept. A row whose key does not exist changes
   * nothing and is not counted as written, see {@link dev.diagonal.metrics.Changes#unmatched()}.
   */
  UPDATE,
  /**
   * Deletes the row with its key. A row whose key does not exist changes nothing and is not counted
   * as written, see {@link dev.diagonal.metrics.Changes#unmatched()}.
   */
  DELETE;

  /** Returns whether only the last of the rows with the same key needs to be written. */
  public boolean lastWins() {
    return this == UPSERT || this == UPDATE;
  }
}
