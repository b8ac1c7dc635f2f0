package dev.diagonal.internal.rows;

import dev.diagonal.fault.DeadLetter;

/** Receives rows that could not be read, converted or written. */
@FunctionalInterface
public interface Rejects {

  /**
   * Takes a dead letter, and waits while there are too many.
   *
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void reject(DeadLetter line) throws InterruptedException;
}
