package dev.diagonal.benchmarks;

import java.util.Collection;

/** The median of measured values. */
final class Median {

  private Median() {}

  /** Returns the value in the middle, or the mean of the two in the middle; NaN of no values. */
  static double of(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
