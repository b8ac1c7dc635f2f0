package dev.diagonal.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.internal.schedule.ScheduleKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every property is checked on all table sizes there are, so none is left to chance. */
final class ScheduleTest {

  static Stream<Schedule> all() {
    List<Schedule> schedules = new ArrayList<>();
    for (ScheduleKind kind : ScheduleKind.values()) {
      for (int tableSize = 1; tableSize <= 64; tableSize++) {
        schedules.add(kind.of(tableSize));
      }
    }
    return schedules.stream();
  }

  @ParameterizedTest
  @MethodSource("all")
  void cellsOfOneWaveShareNoSlot(Schedule schedule) {
    List<Set<Integer>> slotsOfWaves = new ArrayList<>();
    for (int wave = 0; wave < schedule.waves(); wave++) {
      slotsOfWaves.add(new HashSet<>());
    }
    for (int cell = 0; cell < schedule.cells(); cell++) {
      Set<Integer> taken = slotsOfWaves.get(schedule.waveOf(cell));
      for (int slot : slotsOf(schedule, cell)) {
        assertThat(slot).isBetween(0, schedule.slots() - 1);
        assertThat(taken.add(slot)).as("slot %s of cell %s", slot, schedule.cell(cell)).isTrue();
      }
    }
  }

  /** A slot's cells are all in different waves: there cannot be fewer waves than it has cells. */
  @ParameterizedTest
  @MethodSource("all")
  void thereAreAsFewWavesAsCanBe(Schedule schedule) {
    int[] cellsOfSlot = new int[schedule.slots()];
    for (int cell = 0; cell < schedule.cells(); cell++) {
      for (int slot : slotsOf(schedule, cell)) {
        cellsOfSlot[slot]++;
      }
    }
    assertThat(java.util.Arrays.stream(cellsOfSlot).max()).hasValue(schedule.waves());
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyPairOfSlotsHasOneCell(Schedule schedule) {
    Set<Integer> cells = new HashSet<>();
    for (int row = 0; row < schedule.tableSize(); row++) {
      for (int column = 0; column < schedule.tableSize(); column++) {
        if (schedule instanceof ComponentsSchedule && row != column) {
          continue;
        }
        int index = schedule.indexOf(row, column);
        assertThat(index).isBetween(0, schedule.cells() - 1);
        cells.add(index);
        Cell cell = schedule.cell(index);
        assertThat(
                cell.equals(new Cell(row, column))
                    || (schedule instanceof MonopartiteSchedule
                        && cell.equals(new Cell(column, row))))
            .isTrue();
        assertThat(schedule.indexOf(cell.row(), cell.column())).isEqualTo(index);
      }
    }
    assertThat(cells).hasSize(schedule.cells());
  }

  @Test
  void slotPairsAreUnorderedInMonopartiteGrids() {
    assertThat(ScheduleKind.MONOPARTITE.of(5).indexOf(4, 2))
        .isEqualTo(ScheduleKind.MONOPARTITE.of(5).indexOf(2, 4));
    assertThat(ScheduleKind.BIPARTITE.of(5).indexOf(4, 2))
        .isNotEqualTo(ScheduleKind.BIPARTITE.of(5).indexOf(2, 4));
  }

  @ParameterizedTest
  @MethodSource("all")
  void refusesSlotsOutOfRange(Schedule schedule) {
    int n = schedule.tableSize();
    assertThatExceptionOfType(NotOnGridException.class)
        .isThrownBy(() -> schedule.indexOf(n, n))
        .withMessage("a slot must be 0 to %s, got %s".formatted(n - 1, n));
    assertThatExceptionOfType(NotOnGridException.class)
        .isThrownBy(() -> schedule.indexOf(-1, -1))
        .withMessage("a slot must be 0 to %s, got -1".formatted(n - 1));
  }

  @Test
  void refusesTableSizesOutOfRange() {
    for (ScheduleKind kind : ScheduleKind.values()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kind.of(0))
          .withMessage("tableSize must be 1 to 64, got 0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kind.of(65))
          .withMessage("tableSize must be 1 to 64, got 65");
    }
  }

  private static Set<Integer> slotsOf(Schedule schedule, int cell) {
    return new HashSet<>(List.of(schedule.rowSlotOf(cell), schedule.columnSlotOf(cell)));
  }
}
