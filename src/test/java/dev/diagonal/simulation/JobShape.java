package dev.diagonal.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How large a simulated run of a job table is.
 *
 * @param batches how many batches are planned
 * @param workers how many workers there are at a time
 * @param leaseMillis how long a claim lasts
 * @param maxAttempts how many attempts of a run may fail
 */
record JobShape(int batches, int workers, int leaseMillis, int maxAttempts) implements Shape {

  static JobShape draw(SplittableRandom random) {
    return new JobShape(
        random.nextInt(4, 12),
        random.nextInt(1, 6),
        100 * random.nextInt(1, 8),
        random.nextInt(1, 4));
  }

  @Override
  public Simulated in(World world) {
    return new JobSimulation(world, this);
  }

  @Override
  public List<Shape> smaller() {
    List<Shape> shapes = new ArrayList<>();
    for (int fewer : new int[] {1, 2, 3, batches / 2, batches - 1}) {
      shapes.add(new JobShape(Math.max(1, fewer), workers, leaseMillis, maxAttempts));
    }
    shapes.add(new JobShape(batches, 1, leaseMillis, maxAttempts));
    shapes.add(new JobShape(batches, Math.max(1, workers - 1), leaseMillis, maxAttempts));
    shapes.removeIf(shape -> shape.equals(this));
    return shapes;
  }
}
