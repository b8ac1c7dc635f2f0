package dev.diagonal.rows;

import dev.diagonal.fault.DeadLetter;

/** Where rows go that cannot be read, converted or written. */
@FunctionalInterface
public interface Rejects {

  /**
   * Takes one, and waits while there are too many.
   *
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  void reject(DeadLetter line) throws InterruptedException;
}
