package dev.diagonal.benchmarks;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * What n units of input cost with w workers: {@code fixed + divided * n / w + shared * n}. The
 * fixed part is the start and end of a job; the divided one is what each worker does alone; the
 * shared one is what more workers do not make less: one server, or cores that others use too. None
 * of them is negative.
 *
 * @param fixed of a job
 * @param divided of a unit, over the number of workers
 * @param shared of a unit, whatever the number of workers
 */
record ScaleModel(double fixed, double divided, double shared) {

  private static final int TERMS = 3;

  /**
   * What was measured.
   *
   * @param units of input
   * @param workers at least 1
   * @param cost seconds, or CPU seconds
   */
  record Point(double units, int workers, double cost) {
    Point {
      checkArgument(units > 0, "units must be > 0, got %s", units);
      checkArgument(workers > 0, "workers must be > 0, got %s", workers);
    }

    private double[] terms() {
      return new double[] {1, units / workers, units};
    }
  }

  double at(double units, int workers) {
    return fixed + divided * units / workers + shared * units;
  }

  /**
   * Returns the model with the least sum of squared errors over the points. Points of one number of
   * workers cannot separate divided from shared work: then nothing is shared.
   *
   * @throws IllegalArgumentException if there are no two sizes among the points
   */
  static ScaleModel fit(List<Point> points) {
    checkArgument(
        points.stream().mapToDouble(Point::units).distinct().count() > 1,
        "points must be of two sizes at least, got %s",
        points);
    boolean oneWidth = points.stream().mapToInt(Point::workers).distinct().count() == 1;
    ScaleModel best = new ScaleModel(0, 0, 0);
    double least = best.squaredError(points);
    // Without a negative term it is the best of those with some terms left out (Lawson and Hanson,
    // Solving Least Squares Problems, 1974, chapter 23): with three terms, all can be tried.
    for (int chosen = 1; chosen < 1 << TERMS; chosen++) {
      if (oneWidth && (chosen & 4) != 0) {
        continue;
      }
      double[] solved = solve(points, chosen);
      if (solved.length == 0 || solved[0] < 0 || solved[1] < 0 || solved[2] < 0) {
        continue;
      }
      ScaleModel model = new ScaleModel(solved[0], solved[1], solved[2]);
      double error = model.squaredError(points);
      if (error < least) {
        least = error;
        best = model;
      }
    }
    return best;
  }

  private double squaredError(List<Point> points) {
    return points.stream()
        .mapToDouble(point -> at(point.units(), point.workers()) - point.cost())
        .map(error -> error * error)
        .sum();
  }

  /** Solves the normal equations of the chosen terms; the others are 0. Empty if they are none. */
  private static double[] solve(List<Point> points, int chosen) {
    double[][] matrix = new double[TERMS][TERMS + 1];
    for (int row = 0; row < TERMS; row++) {
      if ((chosen & 1 << row) == 0) {
        matrix[row][row] = 1;
        continue;
      }
      for (Point point : points) {
        double[] terms = point.terms();
        for (int column = 0; column < TERMS; column++) {
          if ((chosen & 1 << column) != 0) {
            matrix[row][column] += terms[row] * terms[column];
          }
        }
        matrix[row][TERMS] += terms[row] * point.cost();
      }
    }
    return eliminate(matrix);
  }

  /** Gauss and Jordan. */
  private static double[] eliminate(double[][] matrix) {
    double[] solved = new double[TERMS];
    for (int pivot = 0; pivot < TERMS; pivot++) {
      int largest = pivot;
      for (int row = pivot + 1; row < TERMS; row++) {
        if (Math.abs(matrix[row][pivot]) > Math.abs(matrix[largest][pivot])) {
          largest = row;
        }
      }
      double[] swapped = matrix[pivot];
      matrix[pivot] = matrix[largest];
      matrix[largest] = swapped;
      if (Math.abs(matrix[pivot][pivot]) < 1e-9) {
        return new double[0];
      }
      for (int row = 0; row < TERMS; row++) {
        double factor = matrix[row][pivot] / matrix[pivot][pivot];
        for (int column = pivot; row != pivot && column <= TERMS; column++) {
          matrix[row][column] -= factor * matrix[pivot][column];
        }
      }
    }
    for (int row = 0; row < TERMS; row++) {
      solved[row] = matrix[row][TERMS] / matrix[row][row];
    }
    return solved;
  }
}
