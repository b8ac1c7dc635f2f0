package dev.diagonal.grid;

/** The schedules there are, as users name them. */
public enum ScheduleKind {
  /** Sources and targets are different things. */
  BIPARTITE(2),
  /** An id may be at both ends. */
  MONOPARTITE(3),
  /** A column has parted the records already. */
  COMPONENTS(2);

  private final int slotsPerWorker;

  ScheduleKind(int slotsPerWorker) {
    this.slotsPerWorker = slotsPerWorker;
  }

  /**
   * Returns the schedule of a table size.
   *
   * @throws IllegalArgumentException if {@code tableSize} is not 1 to 64
   */
  public Schedule of(int tableSize) {
    return switch (this) {
      case BIPARTITE -> new BipartiteSchedule(tableSize);
      case MONOPARTITE -> new MonopartiteSchedule(tableSize);
      case COMPONENTS -> new ComponentsSchedule(tableSize);
    };
  }

  /** How many slots keep a worker busy. */
  int slotsPerWorker() {
    return slotsPerWorker;
  }
}
