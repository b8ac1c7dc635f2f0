package dev.diagonal.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

class PendingCellsTest {

  /** A batch: the how manieth it was, and its cell. */
  private record Entry(int number, int cell) {}

  @Property(seed = "1", edgeCases = EdgeCasesMode.NONE)
  void choosesLikePlainList(
      @ForAll @IntRange(min = 1, max = 6) int n,
      @ForAll boolean bipartite,
      @ForAll @IntRange(max = 30) int maxOvertaking,
      @ForAll long seed) {
    TinySchedule schedule = bipartite ? TinySchedule.bipartite(n) : TinySchedule.monopartite(n);
    PendingCells<Entry> cells = new PendingCells<>(schedule, maxOvertaking);
    PlainList list = new PlainList(schedule, maxOvertaking);
    List<Entry> inFlight = new ArrayList<>();
    Random random = new Random(seed);
    int added = 0;
    for (int step = 0; step < 200; step++) {
      int action = random.nextInt(20);
      if (action < 9) {
        Entry entry = new Entry(added++, random.nextInt(schedule.cells()));
        cells.add(entry.cell, entry);
        list.waiting.add(entry);
      } else if (action < 15) {
        Entry started = cells.start();
        assertThat(started).isEqualTo(list.start(inFlight, added));
        if (started != null) {
          inFlight.add(started);
        }
      } else if (action < 19 && !inFlight.isEmpty()) {
        cells.end(inFlight.remove(random.nextInt(inFlight.size())).cell);
      } else if (action == 19) {
        int group = random.nextInt(4);
        List<Entry> matching = list.remove(group);
        assertThat(cells.remove(entry -> entry.number % 4 == group))
            .containsExactlyInAnyOrderElementsOf(matching);
      }
    }
  }

  @Property(seed = "2", tries = 200)
  void coldCellIsOvertakenForABoundedTime(
      @ForAll boolean hotElsewhere,
      @ForAll @IntRange(min = 2, max = 5) int workers,
      @ForAll @IntRange(max = 100) int maxOvertaking) {
    assertThat(addedUntilTheColdCellStarts(hotElsewhere, workers, maxOvertaking))
        .isLessThanOrEqualTo(20 + maxOvertaking + 3);
  }

  @Property(seed = "3", tries = 20)
  void withoutThatBoundItWouldStarve(
      @ForAll boolean hotElsewhere, @ForAll @IntRange(min = 2, max = 5) int workers) {
    assertThat(addedUntilTheColdCellStarts(hotElsewhere, workers, Integer.MAX_VALUE))
        .isEqualTo(10_000);
  }

  /**
   * Cell 0 of a 2 x 2 grid waits while batches of others come as fast as they are written: either
   * of a hotter cell, with room for one at a time, or of the two cells which share one of its slots
   * each, so that these are never free at the same time. 20 of them were there before.
   */
  private static int addedUntilTheColdCellStarts(
      boolean hotElsewhere, int workers, int maxOvertaking) {
    PendingCells<Integer> cells = new PendingCells<>(TinySchedule.bipartite(2), maxOvertaking);
    int inFlightAtMost = hotElsewhere ? 1 : workers;
    Deque<Integer> inFlight = new ArrayDeque<>();
    for (int i = 0; i < 20; i++) {
      int hot = hotElsewhere ? 3 : 1 + i % 2;
      cells.add(hot, hot);
    }
    inFlight.add(Objects.requireNonNull(cells.start()));
    if (!hotElsewhere) {
      inFlight.add(Objects.requireNonNull(cells.start()));
    }
    cells.add(0, 0);
    for (int added = 1; added < 10_000; added++) {
      int ended = inFlight.remove();
      cells.end(ended);
      int next = hotElsewhere ? 3 : 1 + added % 2;
      cells.add(next, next);
      while (inFlight.size() < inFlightAtMost) {
        Integer started = cells.start();
        if (started == null) {
          break;
        }
        if (started == 0) {
          return added;
        }
        inFlight.add(started);
      }
    }
    return 10_000;
  }

  @Example
  void theBusiestSlotsGoFirst() {
    PendingCells<String> cells = new PendingCells<>(TinySchedule.bipartite(3), 100);
    cells.add(0, "row 0, column 0");
    cells.add(4, "row 1, column 1");
    cells.add(5, "row 1, column 2");
    cells.add(8, "row 2, column 2");
    // Slot loads: rows 1, 2, 1 and columns 1, 1, 2.
    assertThat(cells.start()).isEqualTo("row 1, column 2");
    assertThat(cells.start()).isEqualTo("row 0, column 0");
    assertThat(cells.start()).isNull();
    cells.end(5);
    assertThat(cells.start()).isEqualTo("row 1, column 1");
    assertThat(cells.start()).isEqualTo("row 2, column 2");
    assertThat(cells.start()).isNull();
  }

  @Example
  void reservesSlotsForBatchesOvertakenTooOften() {
    PendingCells<String> cells = new PendingCells<>(TinySchedule.bipartite(2), 2);
    cells.add(1, "row 0");
    assertThat(cells.start()).isEqualTo("row 0");
    cells.add(0, "cold");
    cells.add(2, "row 1");
    cells.add(2, "row 1 again");
    assertThat(cells.start()).isEqualTo("row 1");
    cells.end(2);
    cells.add(2, "row 1 once more");
    // Three came after the cold one: column 0 is kept, though row 1 and column 0 are free.
    assertThat(cells.start()).isNull();
    cells.end(1);
    assertThat(cells.start()).isEqualTo("cold");
  }

  /** The same rules over a list of all batches that wait. */
  private record PlainList(TinySchedule schedule, int maxOvertaking, List<Entry> waiting) {

    PlainList(TinySchedule schedule, int maxOvertaking) {
      this(schedule, maxOvertaking, new ArrayList<>());
    }

    @Nullable Entry start(List<Entry> inFlight, int added) {
      Entry kept = null;
      if (!waiting.isEmpty() && added - 1 - waiting.get(0).number > maxOvertaking) {
        kept = waiting.get(0);
      }
      Entry best = null;
      for (Entry entry : waiting) {
        boolean free = inFlight.stream().noneMatch(other -> schedule.share(other.cell, entry.cell));
        boolean yields =
            kept != null && entry.cell != kept.cell && schedule.share(entry.cell, kept.cell);
        if (free && !yields) {
          if (Objects.equals(entry, kept)) {
            best = entry;
            break;
          }
          if (best == null || load(entry.cell) > load(best.cell)) {
            best = entry;
          }
        }
      }
      waiting.remove(best);
      return best;
    }

    List<Entry> remove(int group) {
      List<Entry> matching = waiting.stream().filter(e -> e.number % 4 == group).toList();
      waiting.removeAll(matching);
      return matching;
    }

    private int load(int cell) {
      return load(cell, schedule.rowSlotOf(cell)) + load(cell, schedule.columnSlotOf(cell));
    }

    private int load(int cell, int slot) {
      return (int)
          waiting.stream()
              .filter(
                  e -> schedule.rowSlotOf(e.cell) == slot || schedule.columnSlotOf(e.cell) == slot)
              .count();
    }
  }
}
