package dev.diagonal.transfer;

import dev.diagonal.fault.BadLine;

/** Where rows go that cannot be read, converted or written. */
@FunctionalInterface
interface Rejects {

  /**
   * Takes one, and waits while there are too many.
   *
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  void reject(BadLine line) throws InterruptedException;
}
