package dev.diagonal.jdbc.relationships;

/** When the relationships of a batch are added to the rows of their ends. */
public enum Counting {
  /** In the transaction of the batch: writers of the same end take turns. */
  IMMEDIATE,

  /**
   * At the next {@link Fold}: the transaction of the batch keeps what it adds in a table of deltas.
   * Writers share no row of an end.
   */
  FOLDED,

  /**
   * In the transaction of the batch for the ends whose slot locks it holds, and at the next {@link
   * Fold} for the others: so batches of an end that most relationships have need not take turns.
   */
  MIXED
}
