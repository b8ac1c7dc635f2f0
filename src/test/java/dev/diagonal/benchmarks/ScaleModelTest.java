package dev.diagonal.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.diagonal.benchmarks.ScaleModel.Point;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ScaleModelTest {

  private static final double CLOSE = 1e-6;

  @Test
  void findsTheConstantsOfCostsWithoutError() {
    ScaleModel model = ScaleModel.fit(points(new ScaleModel(4, 9, 0.5), 0));
    assertThat(model.fixed()).isCloseTo(4, within(CLOSE));
    assertThat(model.divided()).isCloseTo(9, within(CLOSE));
    assertThat(model.shared()).isCloseTo(0.5, within(CLOSE));
    assertThat(model.at(10, 2)).isCloseTo(4 + 9 * 5 + 0.5 * 10, within(CLOSE));
    assertThat(model.at(1_000, 100)).isCloseTo(4 + 9 * 10 + 0.5 * 1_000, within(CLOSE));
  }

  @Test
  void superlinearGrowthIsPredictedTooLow() {
    List<Point> squares = new ArrayList<>();
    for (int units : new int[] {1, 2, 4}) {
      squares.add(new Point(units, 1, units * units));
    }
    assertThat(ScaleModel.fit(squares).at(10, 1)).isLessThan(0.6 * 100);
  }

  @Test
  void isCloserToAllPointsThanItsNeighbours() {
    List<Point> points = points(new ScaleModel(4, 9, 0.5), 0.3);
    ScaleModel model = ScaleModel.fit(points);
    double least = error(model, points);
    for (double step : new double[] {-0.01, 0.01}) {
      double fixed = model.fixed();
      double divided = model.divided();
      double shared = model.shared();
      assertThat(error(new ScaleModel(fixed + step, divided, shared), points)).isGreaterThan(least);
      assertThat(error(new ScaleModel(fixed, divided + step, shared), points)).isGreaterThan(least);
      assertThat(error(new ScaleModel(fixed, divided, shared + step), points)).isGreaterThan(least);
    }
  }

  @Test
  void whatWouldBeNegativeIsLeftOut() {
    List<Point> points = new ArrayList<>();
    for (int units : new int[] {1, 2, 4}) {
      points.add(new Point(units, 1, 2 + 6.0 * units));
      points.add(new Point(units, 2, 2 + 2.8 * units)); // more than twice as fast
    }
    ScaleModel model = ScaleModel.fit(points);
    assertThat(model.shared()).isZero();
    assertThat(model.fixed()).isBetween(1.0, 2.5);
    assertThat(model.divided()).isBetween(5.7, 6.1);
  }

  @Test
  void oneNumberOfWorkersSharesNothing() {
    ScaleModel model =
        ScaleModel.fit(List.of(new Point(1, 2, 7), new Point(2, 2, 10), new Point(4, 2, 16)));
    assertThat(model.fixed()).isCloseTo(4, within(CLOSE));
    assertThat(model.divided()).isCloseTo(6, within(CLOSE));
    assertThat(model.shared()).isZero();
  }

  @Test
  void refusesPointsOfOneSize() {
    assertThatThrownBy(() -> ScaleModel.fit(List.of(new Point(1, 1, 7), new Point(1, 2, 4))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two sizes");
  }

  /** Of three sizes and two numbers of workers, with errors that differ in sign and size. */
  private static List<Point> points(ScaleModel model, double error) {
    List<Point> points = new ArrayList<>();
    int number = 0;
    for (int units : new int[] {1, 2, 4}) {
      for (int workers : new int[] {1, 2}) {
        double off = error * (number % 3 - 1) * (1 + number / 3);
        points.add(new Point(units, workers, model.at(units, workers) + off));
        number++;
      }
    }
    return points;
  }

  private static double error(ScaleModel model, List<Point> points) {
    return points.stream()
        .mapToDouble(point -> Math.pow(model.at(point.units(), point.workers()) - point.cost(), 2))
        .sum();
  }
}
