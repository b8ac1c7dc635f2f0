package dev.diagonal.grid;

import java.io.Serializable;

/**
 * Which locks the records of a cell need, so that no two transactions in flight touch the same id.
 * Implementations are thread-safe.
 */
public interface CellLocks extends Serializable {

  /**
   * Returns the name of what the locks are numbered by. Numbers of the same domain mean the same
   * ids, in every process; those of different domains say nothing about each other.
   */
  String domain();

  /** Returns the numbers of a cell's locks, in ascending order, each once. */
  int[] of(int cell);

  /** Returns the numbers of all locks of the domain, in ascending order, each once. */
  int[] all();
}
