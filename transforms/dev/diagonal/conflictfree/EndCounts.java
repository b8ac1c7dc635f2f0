package dev.diagonal.conflictfree;

import dev.diagonal.grid.Grid;
import dev.diagonal.internal.metrics.HotIds;
import dev.diagonal.internal.metrics.RunRecorder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts the ids at the ends of rows, for the report of a run; not if nobody makes one. */
final class EndCounts<T> {

  private static final int ROWS_AT_ONCE = 10_000;

  private final String target;
  private final Grid<T> grid;

  /** An id at both ends of a row is one id there, with one row. */
  private final boolean isOneSide;

  private HotIds sources = new HotIds();
  private HotIds targets = new HotIds();
  private int rows;

  private EndCounts(String target, Grid<T> grid) {
    this.target = target;
    this.grid = grid;
    this.isOneSide = grid.schedule().slots() == grid.schedule().tableSize();
  }

  /** Returns counts, or null if nobody makes a report. */
  static <T> @Nullable EndCounts<T> of(ConflictFreeSettings<T> write) {
    return RunRecorder.isRecording()
        ? new EndCounts<>(write.writers().target(), write.grid())
        : null;
  }

  void add(T row) {
    List<Object> ends = grid.endsOf(row);
    if (ends.isEmpty()) {
      return;
    }
    sources.add(ends.get(0));
    if (!(isOneSide && ends.get(0).equals(ends.get(1)))) {
      targets.add(ends.get(1));
    }
    if (++rows == ROWS_AT_ONCE) {
      flush();
    }
  }

  /** Adds the counts to the report. */
  void flush() {
    if (rows > 0) {
      RunRecorder.ends(target, sources, targets);
      sources = new HotIds();
      targets = new HotIds();
      rows = 0;
    }
  }
}
