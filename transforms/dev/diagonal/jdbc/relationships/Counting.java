package dev.diagonal.jdbc.relationships;

/** When the relationships of a batch are added to the rows of their ends. */
public enum Counting {
  /** In the transaction of the batch: writers of the same end take turns. */
  IMMEDIATE,

  /**
   * At the next {@link Fold}: the transaction of the batch keeps what it adds in a table of deltas.
   * Writers share no row of an end.
   */
  FOLDED
}
