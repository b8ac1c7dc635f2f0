package dev.diagonal.pipelines.options;

import dev.diagonal.grid.Grid;
import dev.diagonal.jdbc.relationships.Counting;
import dev.diagonal.jdbc.relationships.Fold;
import dev.diagonal.jdbc.relationships.Fold.Folded;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a command adds relationships to the counts of their ends, and runs the folds before
 * and after.
 */
public final class Counts {

  private final Counting way;
  private @Nullable Fold fold;
  private Folded before = Folded.NOTHING;
  private Folded after = Folded.NOTHING;

  public Counts(ConflictFreeOptions options) {
    this.way = Counting.valueOf(options.getCounts().name().toUpperCase(Locale.ROOT));
  }

  /**
   * Returns the grid that splits the rows; without slots if writers never share a row of an end.
   */
  public <T> Grid<T> on(Grid<T> grid) {
    return switch (way) {
      case IMMEDIATE -> grid;
      case FOLDED -> Grid.open();
      case MIXED -> grid.spreadingHotEnds();
    };
  }

  /** Returns writers that count in this way, and hold the slot locks of a grid. */
  public <T> UpsertRelationships<T> with(UpsertRelationships<T> writers, Grid<T> grid) {
    return way == Counting.MIXED
        ? writers.withMixedCounting(grid)
        : writers.withLocks(grid).withCounting(way);
  }

  /**
   * Creates the tables of deltas if this run needs them, and folds deltas of earlier runs.
   *
   * @throws dev.diagonal.fault.BadInputException if an id would be on both sides and must not
   * @throws SQLException if the database cannot be reached or refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void prepare(UpsertRelationships<?> writers) throws SQLException, InterruptedException {
    Fold prepared = Fold.of(writers);
    if (way != Counting.IMMEDIATE) {
      prepared.createIfMissing();
    }
    before = prepared.now();
    fold = prepared;
  }

  /**
   * Folds all deltas.
   *
   * @throws dev.diagonal.fault.BadInputException if an id would be on both sides and must not
   * @throws SQLException if the database cannot be reached or refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void complete() throws SQLException, InterruptedException {
    if (fold != null && way != Counting.IMMEDIATE) {
      after = fold.now();
    }
  }

  /** Returns what {@link #complete} does, for a progress line. */
  public String completion() {
    return way == Counting.IMMEDIATE ? "finishing" : "adding up the counts";
  }

  /** Returns why the launcher must wait for the end of a load, or null. */
  public @Nullable String needsLauncher() {
    return way == Counting.IMMEDIATE
        ? null
        : "--counts=%s adds up counts when the load has ended"
            .formatted(way.name().toLowerCase(Locale.ROOT));
  }

  /** Returns the results of the folds, one line each. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    if (before.ids() > 0) {
      remarks.add("counts left by an earlier run: folded " + before + " before the load");
    }
    if (way != Counting.IMMEDIATE) {
      remarks.add("counts: folded " + after + " after the load");
    }
    return remarks;
  }

  /** Moves folds between batches from what writers have reported to a line. */
  static void moveFolds(Map<String, Long> counts, List<String> lines) {
    Long folds = counts.remove(Fold.FOLDS);
    Long deltas = counts.remove(Fold.DELTAS);
    if (folds != null && deltas != null) {
      lines.add(
          String.format(
              Locale.ROOT,
              "counts: folded %,d deltas in %,d fold(s) during the load",
              deltas,
              folds));
    }
  }
}
