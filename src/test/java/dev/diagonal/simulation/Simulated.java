package dev.diagonal.simulation;

/** Something that runs in a {@link World} to its end. */
interface Simulated {

  /**
   * Runs all events.
   *
   * @throws Violation if an invariant does not hold
   */
  void run();
}
