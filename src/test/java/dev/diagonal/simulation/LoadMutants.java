package dev.diagonal.simulation;

import dev.diagonal.conflictfree.SteppedBatcher;
import dev.diagonal.fault.Retry;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.block.Packer;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.ConflictScheduler;
import java.util.List;

/** Conditions of the scheduler, the slot locks, the batcher and the retry, each broken once. */
final class LoadMutants {

  private LoadMutants() {}

  static List<Mutant> all() {
    return List.of(
        new Mutant(
            "a batch starts though its column slot is busy",
            sibling("PendingCells"),
            "if (cellLoad < bestLoad || busy[row] || busy[column]) {",
            "if (cellLoad < bestLoad || busy[row]) {"),
        new Mutant(
            "the oldest batch starts though its slots are busy",
            sibling("PendingCells"),
            "return isFree(cell) ? oldest : busiest(rowSlot[cell], columnSlot[cell]);",
            "return oldest;"),
        new Mutant(
            "nothing is kept for the batch that has waited longest",
            sibling("PendingCells"),
            "return isFree(cell) ? oldest : busiest(rowSlot[cell], columnSlot[cell]);",
            "return isFree(cell) ? oldest : busiest(NONE, NONE);"),
        new Mutant(
            "the choice has no bound on overtaking",
            sibling("PendingCells"),
            "added - 1 - oldestOf[active[oldest]] <= maxOvertaking",
            "added - 1 - oldestOf[active[oldest]] <= 100 * maxOvertaking"),
        new Mutant(
            "a batch that ends leaves its column slot busy",
            sibling("PendingCells"),
            "busy[columnSlot[cell]] = isBusy;",
            "busy[columnSlot[cell]] |= isBusy;"),
        new Mutant(
            "batches that are dropped still count as load",
            sibling("PendingCells"),
            "active[place] = active[--activeCells];",
            "activeCells--;"),
        new Mutant(
            "the window has a place too many",
            sibling("FairPermits"),
            "return taken + turn.wanted <= places && waiting.peek() == turn;",
            "return taken + turn.wanted <= places + 1 && waiting.peek() == turn;"),
        new Mutant(
            "whoever asks last overtakes those who wait for a place",
            sibling("FairPermits"),
            "return taken + turn.wanted <= places && waiting.peek() == turn;",
            "return taken + turn.wanted <= places;"),
        new Mutant(
            "nobody is woken when places become free",
            sibling("FairPermits"),
            "taken -= given; wakeFirst();",
            "taken -= given;"),
        new Mutant(
            "whoever leaves the queue does not wake the next",
            sibling("FairPermits"),
            "waiting.remove(turn); wakeFirst();",
            "waiting.remove(turn);"),
        new Mutant(
            "a failed batch keeps its places",
            ConflictScheduler.class,
            "window.leave(run.places()); tally.ended(run",
            "if (run.failure() == null) { window.leave(run.places()); } tally.ended(run"),
        new Mutant(
            "the batches of a failed group go on",
            ConflictScheduler.class,
            "if (run.failure() != null) { stop(run.group()); }",
            ""),
        new Mutant(
            "nothing starts when a thread has ended",
            ConflictScheduler.class,
            "threads.ended(thread); dispatch();",
            "threads.ended(thread);"),
        new Mutant(
            "groups that wait for places do not hear that they are cancelled",
            ConflictScheduler.class,
            "leaveWindow(dropped); window.recheck(); dispatch();",
            "leaveWindow(dropped); dispatch();"),
        new Mutant(
            "whoever releases a scheduler first closes it",
            sibling("SchedulerRegistry"),
            "if (last.users > 0) { return; }",
            ""),
        new Mutant(
            "nobody asks whether a closed scheduler has a batch in flight",
            sibling("SchedulerRegistry"),
            "last.closedWithBatchInFlight = !last.scheduler.isAtRest();",
            "last.closedWithBatchInFlight = false;"),
        new Mutant(
            "the last one to release a scheduler leaves it open",
            sibling("SchedulerRegistry"),
            "last.scheduler.close();",
            ""),
        new Mutant(
            "one thread too many",
            sibling("Workers"),
            "threads.size() < max",
            "threads.size() <= max"),
        new Mutant(
            "a cancelled batch is retried",
            sibling("BatchRun"),
            "if (!group.isStopped() && writer.isRetryable(fault)) {",
            "if (writer.isRetryable(fault)) {"),
        new Mutant(
            "half of a refused batch is dropped",
            sibling("BatchRun"),
            "parts.push(new Part<>(rows.subList(middle, rows.size()), fault));",
            ""),
        new Mutant(
            "a failed batch counts as written",
            BatchGroup.class,
            "if (run.failure() == null) {",
            "if (run.failure() == null || run.attempts() > 1) {"),
        new Mutant(
            "an attempt too many",
            Retry.class,
            "if (made == maxAttempts) {",
            "if (made > maxAttempts) {"),
        new Mutant(
            "waits grow without a limit",
            Retry.class,
            "Math.min(doubled, (double) maxDelay.toNanos())",
            "doubled"),
        new Mutant(
            "a refused row is retried",
            SqlFaults.class,
            "Set.of(\"08\", \"57P0\")",
            "Set.of(\"08\", \"57P0\", \"22\")"),
        new Mutant("a victim of a deadlock is not retried", SqlFaults.class, "\"40P01\", ", ""),
        new Mutant(
            "the column side is not locked",
            Grid.class,
            "add(slots.column(), 1, numbers); if",
            "if"),
        new Mutant(
            "a slot locks its first bucket only",
            named(Grid.class, "Slots"),
            "int last = ((slot + 1) * BUCKETS - 1) / tableSize;",
            "int last = first;"),
        new Mutant(
            "leftover rows are lost",
            batcher(),
            "output.emit(new CellOutput.Leftover<>(cell, rows)); return;",
            "return;"),
        new Mutant(
            "buffers grow without a bound",
            Packer.class,
            "if (heldRows > most) {",
            "if (heldRows > 2 * most) {"));
  }

  /** Returns a class that only its package sees. */
  private static Class<?> sibling(String name) {
    return named(ConflictScheduler.class, name);
  }

  private static Class<?> batcher() {
    return named(SteppedBatcher.class, "CellBatcher");
  }

  static Class<?> named(Class<?> neighbour, String name) {
    try {
      return Class.forName(neighbour.getPackageName() + "." + name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
