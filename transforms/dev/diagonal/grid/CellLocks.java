package dev.diagonal.grid;

import java.io.Serializable;

/**
 * The locks that the records of a cell need, so that no two transactions in flight touch the same
 * id. Implementations are thread-safe.
 */
public interface CellLocks extends Serializable {

  /**
   * Returns the domain of the lock numbers. Numbers of the same domain mean the same ids in every
   * process; those of different domains are unrelated.
   */
  String domain();

  /** Returns the numbers of a cell's locks, in ascending order, each once. */
  int[] of(int cell);

  /** Returns the numbers of all locks of the domain, in ascending order, each once. */
  int[] all();
}
