package dev.diagonal.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.diagonal.simulation.ScaleSimulation.Result;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** The simulator of durations, where one can say by hand what must come out. */
class ScaleSimulationTest {

  /** A transaction of 1,000 edges takes 10 ms, all of it while it has its locks. */
  private static final ScaleCosts WAITING = new ScaleCosts(0, 10, 0, 0, 0, 0, 2, 1);

  private static ScaleShape uniform(int processes, int transactions, int tableSize) {
    return new ScaleShape(
        processes, transactions, tableSize, 4_000_000, 1_000_000, 0, 1_000, 50, true);
  }

  @Test
  void oneTransactionAtATimeTakesItsTime() {
    Result result = ScaleSimulation.of(uniform(1, 1, 16), WAITING);
    assertThat(result.edgesPerSecond()).isCloseTo(100_000, Percentage.withPercentage(5));
    assertThat(result.width()).isCloseTo(1, within(0.01));
  }

  @Test
  void foldedTransactionsNeverWaitForEachOther() {
    Result result = ScaleSimulation.of(uniform(5, 4, 0), WAITING);
    assertThat(result.width()).isCloseTo(20, within(0.5));
    assertThat(result.waiting()).isZero();
  }

  @Test
  void transactionsThatComputeShareTheCores() {
    ScaleCosts computing = new ScaleCosts(0, 0, 0, 10, 0, 0, 2, 1);
    Result result = ScaleSimulation.of(uniform(1, 8, 0), computing);
    assertThat(result.edgesPerSecond()).isCloseTo(200_000, Percentage.withPercentage(1));
  }

  @Test
  void theLogIsALimitForAll() {
    ScaleCosts logging = new ScaleCosts(0, 10, 0, 0, 0, 100, 16, 20);
    Result result = ScaleSimulation.of(uniform(1, 20, 0), logging);
    assertThat(result.edgesPerSecond()).isCloseTo(200_000, Percentage.withPercentage(2));
  }

  @Test
  void usesAtMostHalfOfSlots() {
    Result result = ScaleSimulation.of(uniform(10, 4, 16), WAITING);
    assertThat(result.width()).isBetween(2.0, 8.0);
    assertThat(result.waiting()).isGreaterThan(10);
  }

  @Test
  void aHubHasItsTransactionsOneAfterAnother() {
    ScaleShape hub = new ScaleShape(1, 8, 32, 4_000_000, 1_000_000, 0.5, 1_000, 50, true);
    Result result = ScaleSimulation.of(hub, WAITING);
    assertThat(result.edgesPerSecond()).isBetween(150_000.0, 205_000.0);
  }
}
