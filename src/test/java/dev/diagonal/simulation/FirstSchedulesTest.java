package dev.diagonal.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The first schedules, on one thread and without a search for a shorter one that fails too. PIT
 * runs them against each of its mutants; {@link SimulationTest} has them among its own.
 */
@Tag("large")
class FirstSchedulesTest {

  private static final int LAST = Integer.getInteger("diagonal.lastSchedule", 2_000);

  @Test
  void invariantsHoldInTheFirstLoads() {
    for (int number = 1; number <= LAST; number += 2) {
      assertThat(SimulatedSchedule.firstFailing(number, 1)).isNull();
    }
  }

  @Test
  void invariantsHoldInTheFirstJobTables() {
    for (int number = 2; number <= LAST; number += 2) {
      if (number % 8 != 0) {
        assertThat(SimulatedSchedule.firstFailing(number, 1)).isNull();
      }
    }
  }
}
