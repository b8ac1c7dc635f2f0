package dev.diagonal.internal.schedule;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Measures what the choice of a batch costs, with as many cells waiting as the grid has. With 8
 * batches in flight; each that ends makes place for a choice, and each that starts is replaced by
 * another one of its cell.
 *
 * <p>Takes half a minute.
 */
final class PendingCellsBenchmark {

  private static final int ROUNDS = 200_000;

  private PendingCellsBenchmark() {}

  public static void main(String[] args) {
    for (int round = 0; round < 2; round++) { // the first warms up
      for (int n : new int[] {8, 16, 32, 64}) {
        System.out.printf(
            Locale.ROOT,
            "%d cells, all waiting: %.2f us a choice%n",
            n * n,
            nanosPerChoice(n, 8) / 1e3);
      }
    }
  }

  private static double nanosPerChoice(int n, int workers) {
    TinySchedule schedule = TinySchedule.bipartite(n);
    int cells = schedule.cells();
    PendingCells<Integer> pending = new PendingCells<>(schedule, 4L * cells);
    for (int cell = 0; cell < cells; cell++) {
      pending.add(cell, cell);
      pending.add(cell, cell);
    }
    Deque<Integer> inFlight = new ArrayDeque<>();
    long startNanos = System.nanoTime();
    int choices = 0;
    while (choices < ROUNDS) {
      Integer started = null;
      if (inFlight.size() < workers) {
        started = pending.start();
        choices++;
      }
      if (started != null) {
        inFlight.add(started);
        pending.add(started, started);
      } else {
        pending.end(inFlight.remove());
      }
    }
    return (System.nanoTime() - startNanos) / (double) choices;
  }
}
