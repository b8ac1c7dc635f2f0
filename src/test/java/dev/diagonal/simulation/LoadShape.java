package dev.diagonal.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How large a simulated load is.
 *
 * @param monopartite whether an id may be at both ends
 * @param tableSize slots a side
 * @param rivalTableSize the table size of a second run of the same rows; 0 for none
 * @param processes how many processes there are a run
 * @param lanes how many bundles a process runs at once
 * @param workers how many transactions a process has open at most
 * @param prefetch batches a worker
 * @param bundles how many bundles the runner makes of the rows
 * @param rows how many rows there are in all
 * @param batchSize rows a transaction
 * @param nodes how many nodes a side has
 * @param hubShare the share of rows at one node
 * @param attempts how often a transaction is tried
 * @param deadLetters whether refused rows become dead letters
 */
record LoadShape(
    boolean monopartite,
    int tableSize,
    int rivalTableSize,
    int processes,
    int lanes,
    int workers,
    int prefetch,
    int bundles,
    int rows,
    int batchSize,
    int nodes,
    double hubShare,
    int attempts,
    boolean deadLetters)
    implements Shape {

  static LoadShape draw(SplittableRandom random) {
    return new LoadShape(
        random.nextBoolean(),
        random.nextInt(2, 7),
        random.nextInt(4) == 0 ? random.nextInt(2, 7) : 0,
        random.nextInt(1, 4),
        random.nextInt(1, 4),
        random.nextInt(1, 5),
        random.nextInt(1, 4),
        random.nextInt(2, 8),
        random.nextInt(30, 110),
        random.nextInt(2, 6),
        random.nextInt(4, 40),
        random.nextInt(3) == 0 ? 0.4 : 0,
        random.nextInt(2, 6),
        random.nextInt(3) > 0);
  }

  /** Returns smaller loads, the smallest first. */
  @Override
  public Simulated in(World world) {
    return new LoadSimulation(world, this);
  }

  @Override
  public List<Shape> smaller() {
    List<Shape> shapes = new ArrayList<>();
    for (int part : new int[] {8, 4, 2}) {
      shapes.add(with(rivalTableSize, processes, lanes, workers, bundles, rows / part));
    }
    shapes.add(with(0, processes, lanes, workers, bundles, rows));
    shapes.add(with(rivalTableSize, 1, lanes, workers, bundles, rows));
    shapes.add(with(rivalTableSize, processes, 1, workers, bundles, rows));
    shapes.add(with(rivalTableSize, processes, lanes, workers - 1, bundles, rows));
    shapes.add(with(rivalTableSize, processes, lanes, workers, 1, rows));
    shapes.add(with(rivalTableSize, processes, lanes, workers, bundles / 2, rows));
    shapes.add(with(rivalTableSize, processes, lanes, workers, bundles, rows - rows / 8 - 1));
    shapes.removeIf(shape -> shape.equals(this));
    return shapes;
  }

  private LoadShape with(
      int newRival, int newProcesses, int newLanes, int newWorkers, int newBundles, int newRows) {
    return new LoadShape(
        monopartite,
        tableSize,
        newRival,
        newProcesses,
        newLanes,
        Math.max(1, newWorkers),
        prefetch,
        Math.max(1, newBundles),
        Math.max(1, newRows),
        batchSize,
        nodes,
        hubShare,
        attempts,
        deadLetters);
  }
}
