package dev.diagonal.grid;

/** The kinds of schedules, by the names that users choose. */
public enum ScheduleKind {
  /** Sources and targets are different things. */
  BIPARTITE(2),
  /** An id may be at both ends. */
  MONOPARTITE(3),
  /** A column already splits the records. */
  COMPONENTS(2);

  private final int slotsPerWorker;

  ScheduleKind(int slotsPerWorker) {
    this.slotsPerWorker = slotsPerWorker;
  }

  /**
   * Returns the schedule with this table size.
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

  /** Returns how many slots keep a worker busy. */
  int slotsPerWorker() {
    return slotsPerWorker;
  }
}
