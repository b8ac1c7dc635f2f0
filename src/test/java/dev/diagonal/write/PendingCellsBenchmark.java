package dev.diagonal.write;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Random;

/**
 * Measures what the choice of a batch costs, with as many cells waiting as the grid has: {@code
 * java -cp … dev.diagonal.write.PendingCellsBenchmark}. Each round ends one batch, adds one and
 * chooses one.
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
    Random random = new Random(1);
    for (int cell = 0; cell < cells; cell++) {
      pending.add(cell, cell);
      pending.add(cell, cell);
    }
    Deque<Integer> inFlight = new ArrayDeque<>();
    long startNanos = System.nanoTime();
    int choices = 0;
    while (choices < ROUNDS) {
      if (inFlight.size() == workers) {
        pending.end(inFlight.remove());
        int cell = random.nextInt(cells);
        pending.add(cell, cell);
      }
      choices++;
      Integer started = pending.start();
      if (started != null) {
        inFlight.add(started);
      } else if (!inFlight.isEmpty()) {
        pending.end(inFlight.remove());
      }
    }
    return (System.nanoTime() - startNanos) / (double) choices;
  }
}
