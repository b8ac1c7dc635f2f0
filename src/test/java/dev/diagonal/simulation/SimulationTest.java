package dev.diagonal.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs the decisions of the scheduler and the job table on a virtual clock, one schedule a seed. A
 * failure prints the seed, the shortest schedule found that fails too, and its timeline.
 */
class SimulationTest {

  /** Fewer where each of many mutants of the code is simulated. */
  private static final int SCHEDULES = Integer.getInteger("diagonal.schedules", 20_000);

  private static final int MANY = 1_000_000;
  private static final int CHUNK = 500;

  /** What a good run of schedules consists of. */
  private static final int LEAST_MEDIAN_EVENTS = 200;

  private static final double LEAST_SHARE = 0.05;

  private final Map<Fault, Integer> schedulesOfFault = new EnumMap<>(Fault.class);

  @Test
  void invariantsHoldInTwentyThousandSchedules() {
    int[] events = simulate(1, SCHEDULES);
    Arrays.sort(events);
    assertThat(events[SCHEDULES / 2]).isGreaterThanOrEqualTo(LEAST_MEDIAN_EVENTS);
    for (Fault fault : Fault.values()) {
      assertThat(schedulesOfFault.getOrDefault(fault, 0) / (double) SCHEDULES)
          .as("share of schedules with " + fault)
          .isGreaterThanOrEqualTo(LEAST_SHARE);
    }
    System.out.printf(
        "%,d schedules, %,d events in the median, %,d at most; schedules with a fault: %s%n",
        SCHEDULES, events[SCHEDULES / 2], events[SCHEDULES - 1], schedulesOfFault);
  }

  @Tag("large")
  @Test
  void invariantsHoldInAMillionSchedules() {
    assertThat(simulate(SCHEDULES + 1, MANY)).hasSize(MANY);
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    for (long number = 1; number <= 100; number++) {
      SimulatedSchedule schedule = SimulatedSchedule.of(number);
      assertThat(schedule.run(true).world().timeline())
          .isEqualTo(schedule.run(true).world().timeline());
    }
  }

  /** Returns how many events each schedule had. */
  private int[] simulate(int from, int count) {
    int[] events = new int[count];
    AtomicReference<String> failure = new AtomicReference<>();
    IntStream.range(0, count / CHUNK)
        .parallel()
        .forEach(
            chunk -> {
              Map<Fault, Integer> struck = new EnumMap<>(Fault.class);
              for (int i = chunk * CHUNK; i < (chunk + 1) * CHUNK && failure.get() == null; i++) {
                SimulatedSchedule.Outcome outcome = SimulatedSchedule.of(from + i).run(false);
                if (outcome.failure() != null) {
                  failure.compareAndSet(null, SimulatedSchedule.firstFailure(from + i, 1));
                  return;
                }
                events[i] = outcome.world().steps();
                outcome.world().struck().keySet().forEach(f -> struck.merge(f, 1, Integer::sum));
              }
              synchronized (schedulesOfFault) {
                struck.forEach(
                    (fault, times) -> schedulesOfFault.merge(fault, times, Integer::sum));
              }
            });
    assertThat(failure.get()).isNull();
    return events;
  }
}
