package dev.diagonal.internal.schedule;

import dev.diagonal.grid.Schedule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Queues pending batches per cell and chooses the next one. Both slots of its cell must be free.
 * Among those cells, it chooses the one whose slots have the most pending batches; ties go to the
 * cell that has waited longest.
 *
 * <p>This keeps the hottest slot busy, which bounds the total time: its batches must be written one
 * after another. By itself it could starve a cell whose slots are always in use or less loaded. So
 * overtaking is bounded: once more than {@code maxOvertaking} batches have arrived after the oldest
 * one, its two slots are reserved for it. The at most two batches in flight there end, and then it
 * starts next. Every pending batch eventually becomes the oldest.
 *
 * <p>A choice looks only at cells with pending batches, twice at a few array entries each: 0.3
 * microseconds with 64 such cells, 2 with 256, 6 with 1,024, 23 with 4,096 ({@code
 * PendingCellsBenchmark}).
 *
 * <p>Not thread-safe.
 *
 * @param <E> the entries that wait for a cell
 */
final class PendingCells<E> {

  private static final int NONE = -1;

  private final long maxOvertaking;
  private final boolean exclusive;
  private final int[] rowSlot;
  private final int[] columnSlot;
  private final boolean[] busy;
  private final int[] load;
  private final List<Deque<Waiting<E>>> queues;
  private final long[] oldestOf;

  /** The cells with pending batches, in the first {@code activeCells} elements, in no order. */
  private final int[] active;

  private int activeCells;
  private long added;

  /**
   * @param maxOvertaking how many batches may arrive after a pending one before its slots are
   *     reserved for it
   */
  PendingCells(Schedule schedule, long maxOvertaking) {
    int cells = schedule.cells();
    this.maxOvertaking = maxOvertaking;
    this.exclusive = schedule.isExclusive();
    this.rowSlot = new int[cells];
    this.columnSlot = new int[cells];
    Arrays.setAll(rowSlot, schedule::rowSlotOf);
    Arrays.setAll(columnSlot, schedule::columnSlotOf);
    this.busy = new boolean[schedule.slots()];
    this.load = new int[schedule.slots()];
    this.queues = new ArrayList<>(cells);
    for (int cell = 0; cell < cells; cell++) {
      queues.add(new ArrayDeque<>(2));
    }
    this.oldestOf = new long[cells];
    this.active = new int[cells];
  }

  void add(int cell, E entry) {
    Deque<Waiting<E>> queue = queues.get(cell);
    if (queue.isEmpty()) {
      active[activeCells++] = cell;
      oldestOf[cell] = added;
    }
    queue.add(new Waiting<>(entry, added++));
    addLoad(cell, 1);
  }

  /** Removes the next batch and marks its slots busy; returns null if none can start. */
  @Nullable E start() {
    int place = choose();
    if (place == NONE) {
      return null;
    }
    int cell = active[place];
    E entry = queues.get(cell).remove().entry;
    addLoad(cell, -1);
    headChanged(place);
    setBusy(cell, true);
    return entry;
  }

  /** Frees the slots of a started batch. */
  void end(int cell) {
    setBusy(cell, false);
  }

  /** Removes and returns the pending batches that match. */
  List<E> remove(Predicate<? super E> matches) {
    List<E> removed = new ArrayList<>();
    for (int place = activeCells - 1; place >= 0; place--) {
      int cell = active[place];
      int before = removed.size();
      for (Iterator<Waiting<E>> queue = queues.get(cell).iterator(); queue.hasNext(); ) {
        E entry = queue.next().entry;
        if (matches.test(entry)) {
          queue.remove();
          removed.add(entry);
        }
      }
      addLoad(cell, before - removed.size());
      headChanged(place);
    }
    return removed;
  }

  private int choose() {
    int oldest = NONE;
    for (int place = 0; place < activeCells; place++) {
      if (oldest == NONE || oldestOf[active[place]] < oldestOf[active[oldest]]) {
        oldest = place;
      }
    }
    if (oldest == NONE || added - 1 - oldestOf[active[oldest]] <= maxOvertaking) {
      return busiest(NONE, NONE);
    }
    int cell = active[oldest];
    return isFree(cell) ? oldest : busiest(rowSlot[cell], columnSlot[cell]);
  }

  /** Returns the free cell on the busiest slots that does not use the two reserved slots. */
  private int busiest(int keptRow, int keptColumn) {
    int best = NONE;
    int bestLoad = 0;
    for (int place = 0; place < activeCells; place++) {
      int cell = active[place];
      int row = rowSlot[cell];
      int column = columnSlot[cell];
      int cellLoad = load[row] + load[column];
      if (cellLoad < bestLoad || busy[row] || busy[column]) {
        continue;
      }
      if (row == keptRow || row == keptColumn || column == keptRow || column == keptColumn) {
        continue;
      }
      if (cellLoad > bestLoad || best == NONE || oldestOf[cell] < oldestOf[active[best]]) {
        best = place;
        bestLoad = cellLoad;
      }
    }
    return best;
  }

  private void headChanged(int place) {
    int cell = active[place];
    Waiting<E> head = queues.get(cell).peek();
    if (head == null) {
      active[place] = active[--activeCells];
    } else {
      oldestOf[cell] = head.number;
    }
  }

  private boolean isFree(int cell) {
    return !busy[rowSlot[cell]] && !busy[columnSlot[cell]];
  }

  private void setBusy(int cell, boolean isBusy) {
    if (!exclusive) {
      return;
    }
    busy[rowSlot[cell]] = isBusy;
    busy[columnSlot[cell]] = isBusy;
  }

  private void addLoad(int cell, int batches) {
    load[rowSlot[cell]] += batches;
    if (columnSlot[cell] != rowSlot[cell]) {
      load[columnSlot[cell]] += batches;
    }
  }

  /** A pending entry, and how many came before it. */
  private record Waiting<E>(E entry, long number) {}
}
