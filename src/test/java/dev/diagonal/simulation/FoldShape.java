package dev.diagonal.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How large a simulated load with deltas and folds is.
 *
 * @param batches how many batches each loader writes
 * @param batchSize edges a batch
 * @param nodes how many nodes there are
 * @param loaders how many loaders write at once; some of their edges are the same
 * @param folders how many others fold meanwhile, again and again
 */
record FoldShape(int batches, int batchSize, int nodes, int loaders, int folders) implements Shape {

  static FoldShape draw(SplittableRandom random) {
    return new FoldShape(
        random.nextInt(6, 16),
        random.nextInt(1, 6),
        random.nextInt(2, 20),
        random.nextInt(1, 4),
        random.nextInt(1, 4));
  }

  @Override
  public Simulated in(World world) {
    return new FoldSimulation(world, this);
  }

  @Override
  public List<Shape> smaller() {
    List<Shape> shapes = new ArrayList<>();
    for (int fewer : new int[] {1, 2, 3, batches / 2, batches - 1}) {
      shapes.add(new FoldShape(Math.max(1, fewer), batchSize, nodes, loaders, folders));
    }
    shapes.add(new FoldShape(batches, 1, nodes, loaders, folders));
    shapes.add(new FoldShape(batches, batchSize, 2, loaders, folders));
    shapes.add(new FoldShape(batches, batchSize, nodes, Math.max(1, loaders - 1), folders));
    shapes.add(new FoldShape(batches, batchSize, nodes, loaders, Math.max(1, folders - 1)));
    shapes.removeIf(shape -> shape.equals(this));
    return shapes;
  }
}
