package dev.diagonal.jdbc.relationships;

/** When the relationships of a batch are added to the rows of their ends. */
public enum Counting {
  /** In the transaction of the batch. Writers of the same end wait for each other. */
  IMMEDIATE,

  /**
   * At the next {@link Fold}. The transaction of the batch stores its sums in a table of deltas, so
   * writers never share a row of an end.
   */
  FOLDED,

  /**
   * In the transaction of the batch for ends whose slot locks it holds, and at the next {@link
   * Fold} for all others. Batches that share a hot end then need not wait for each other.
   */
  MIXED
}
