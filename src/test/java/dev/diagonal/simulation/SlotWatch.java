package dev.diagonal.simulation;

import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.SchedulerSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * Watches what a scheduler does: which batches wait, which are in flight, on which slots. It knows
 * the rules and none of the scheduler's state.
 */
final class SlotWatch {

  private final World world;
  private final int[] rowSlot;
  private final int[] columnSlot;
  private final SchedulerSettings settings;
  private final String name;
  private final int window;
  private final boolean[] busy;
  private final List<Waiting> waiting = new ArrayList<>();
  private int running;
  private int places;
  private long added;

  /** Whether threads that end make it unclear how many batches may start. */
  private int ending;

  private record Waiting(BatchGroup<Edge> group, int cell, int places, long number) {}

  SlotWatch(World world, Schedule schedule, SchedulerSettings settings, String name) {
    this.rowSlot = new int[schedule.cells()];
    this.columnSlot = new int[schedule.cells()];
    Arrays.setAll(rowSlot, schedule::rowSlotOf);
    Arrays.setAll(columnSlot, schedule::columnSlotOf);
    this.world = world;
    this.settings = settings;
    this.window = settings.maxWorkers() * settings.prefetch();
    this.name = name;
    this.busy = new boolean[schedule.slots()];
  }

  void submitted(BatchGroup<Edge> group, int cell, int itsPlaces) {
    waiting.add(new Waiting(group, cell, itsPlaces, added++));
    places += itsPlaces;
  }

  /** A batch has been given to a thread. */
  void started(BatchGroup<Edge> group, int cell) {
    Waiting batch = firstOf(cell);
    if (batch.group != group) {
      throw world.violated(name + " changes the order of the batches of cell " + cell);
    }
    Waiting oldest = waiting.get(0);
    if (batch.number != oldest.number
        && sharesSlot(cell, oldest.cell)
        && !isYoung(oldest, batch.number)) {
      throw world.violated(
          "%s starts batch %s though batch %s has waited too long for its slots"
              .formatted(name, batch.number, oldest.number));
    }
    waiting.remove(batch);
    if (isBusy(cell)) {
      throw world.violated(name + " has two batches in flight in a slot of cell " + cell);
    }
    setBusy(cell, true);
    running++;
    if (running > settings.maxWorkers()) {
      throw world.violated(name + " has " + running + " transactions open");
    }
  }

  void ended(int cell, int itsPlaces) {
    setBusy(cell, false);
    running--;
    places -= itsPlaces;
  }

  void threadEnds() {
    ending++;
  }

  void threadEnded() {
    ending--;
  }

  /** The batches of these groups wait no more. */
  void stopped(Predicate<BatchGroup<Edge>> groups) {
    for (int i = waiting.size() - 1; i >= 0; i--) {
      if (groups.test(waiting.get(i).group)) {
        places -= waiting.remove(i).places;
      }
    }
  }

  void checkStep(int takenPlaces) {
    if (takenPlaces != places || places > window) {
      throw world.violated(
          "%s has %s places taken for %s, of %s".formatted(name, takenPlaces, places, window));
    }
    if (running + ending < settings.maxWorkers()) {
      for (int i = 0; i < waiting.size(); i++) {
        if (couldStart(waiting.get(i))) {
          throw world.violated(name + " does not start a batch that it could start");
        }
      }
    }
  }

  private boolean couldStart(Waiting batch) {
    Waiting oldest = waiting.get(0);
    return !isBusy(batch.cell)
        && (batch.number == oldest.number
            || isYoung(oldest, added - 1)
            || !sharesSlot(batch.cell, oldest.cell));
  }

  private boolean isBusy(int cell) {
    return busy[rowSlot[cell]] || busy[columnSlot[cell]];
  }

  private void setBusy(int cell, boolean isBusy) {
    busy[rowSlot[cell]] = isBusy;
    busy[columnSlot[cell]] = isBusy;
  }

  private boolean isYoung(Waiting oldest, long newest) {
    return newest - oldest.number <= 2L * window;
  }

  private boolean sharesSlot(int one, int other) {
    int row = rowSlot[other];
    int column = columnSlot[other];
    return rowSlot[one] == row
        || rowSlot[one] == column
        || columnSlot[one] == row
        || columnSlot[one] == column;
  }

  private Waiting firstOf(int cell) {
    for (Waiting each : waiting) {
      if (each.cell == cell) {
        return each;
      }
    }
    throw world.violated(name + " starts a batch that does not wait");
  }
}
