package dev.diagonal.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.diagonal.internal.schedule.ScheduleKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;

final class GridTest {

  record Pair(long source, long target) {}

  record Sized(ScheduleKind kind, int tableSize) {
    Grid<Pair> grid() {
      Grid.Ends ends =
          kind == ScheduleKind.BIPARTITE ? Grid.bipartite(tableSize) : Grid.monopartite(tableSize);
      return ends.byLongs(Pair::source, Pair::target);
    }
  }

  /** What keeps two runs apart that know nothing of each other's table size and schedule. */
  @Property(seed = "1", tries = 3000)
  void recordsThatShareAnIdShareALock(
      @ForAll("sized") Sized one,
      @ForAll("sized") Sized other,
      @ForAll long shared,
      @ForAll long mine,
      @ForAll long theirs) {
    Set<Integer> locks = locks(one.grid(), new Pair(shared, mine));
    assertThat(locks).containsAnyElementsOf(locks(other.grid(), new Pair(shared, theirs)));
    Set<Integer> atTarget = locks(one.grid(), new Pair(mine, shared));
    assertThat(atTarget).containsAnyElementsOf(locks(other.grid(), new Pair(theirs, shared)));
    if (one.kind() == ScheduleKind.MONOPARTITE || other.kind() == ScheduleKind.MONOPARTITE) {
      assertThat(locks).containsAnyElementsOf(locks(other.grid(), new Pair(theirs, shared)));
    }
  }

  @Example
  void cellsOfAWaveShareNoLock() {
    for (ScheduleKind kind : List.of(ScheduleKind.BIPARTITE, ScheduleKind.MONOPARTITE)) {
      for (int tableSize = 1; tableSize <= 64; tableSize *= 2) {
        Grid<Pair> grid = new Sized(kind, tableSize).grid();
        Schedule schedule = grid.schedule();
        List<Set<Integer>> taken = new ArrayList<>();
        for (int wave = 0; wave < schedule.waves(); wave++) {
          taken.add(new HashSet<>());
        }
        for (int cell = 0; cell < schedule.cells(); cell++) {
          for (int lock : grid.of(cell)) {
            assertThat(taken.get(schedule.waveOf(cell)).add(lock)).isTrue();
          }
        }
      }
    }
  }

  @Property(seed = "2")
  void locksAreInOrderAndEachOnce(@ForAll("sized") Sized sized, @ForAll long a, @ForAll long b) {
    int[] locks = sized.grid().of(sized.grid().cellOf(new Pair(a, b)));
    assertThat(locks).isSorted().doesNotHaveDuplicates().isNotEmpty();
    assertThat(sized.grid().domain()).isEmpty();
  }

  @Example
  void idsComeFromFieldsOfRows() {
    Schema schema = Schema.builder().addInt32Field("src").addStringField("dst").build();
    Grid<Row> byFields = Grid.monopartite(16).byFields("src", "dst");
    Grid<Pair> byLongs = Grid.monopartite(16).byLongs(Pair::source, Pair::target);
    Row row = Row.withSchema(schema).addValues(804, "1210").build();
    assertThat(byFields.cellOf(row)).isEqualTo(byLongs.cellOf(new Pair(804, 1210)));
  }

  @Example
  void aNullIdHasNoCell() {
    Schema schema = Schema.builder().addNullableInt64Field("src").addInt64Field("dst").build();
    Row row = Row.withSchema(schema).addValues(null, 5L).build();
    assertThatExceptionOfType(NotOnGridException.class)
        .isThrownBy(() -> Grid.bipartite(4).byFields("src", "dst").cellOf(row))
        .withMessage("the id is null");
  }

  @Example
  void customSlotsAreCheckedAndHaveOwnLocks() {
    Grid<Pair> grid =
        Grid.bipartite(10)
            .bySlots("mine", pair -> (int) pair.source(), pair -> (int) pair.target());
    assertThat(grid.schedule().cell(grid.cellOf(new Pair(3, 9)))).isEqualTo(new Cell(3, 9));
    assertThat(grid.of(grid.cellOf(new Pair(3, 9)))).containsExactly(6, 19);
    assertThat(grid.domain()).isEqualTo("mine:10");
    assertThatExceptionOfType(NotOnGridException.class)
        .isThrownBy(() -> grid.cellOf(new Pair(3, 10)))
        .withMessage("a slot must be 0 to 9, got 10");
  }

  @Example
  void componentsHaveACellEach() {
    Grid<String> grid = Grid.components(8, component -> component);
    assertThat(grid.schedule().cells()).isEqualTo(8);
    assertThat(grid.cellOf("5")).isEqualTo(new Slots(8).of(5));
    assertThat(grid.domain()).isEqualTo("components");
  }

  @Example
  void tableSizeAllowsAllWorkersAndFullBatches() {
    assertThat(ScheduleKind.MONOPARTITE.tableSizeFor(4, 1_000_000, 1_000)).isEqualTo(16);
    assertThat(ScheduleKind.BIPARTITE.tableSizeFor(4, 1_000_000, 1_000)).isEqualTo(8);
    assertThat(ScheduleKind.MONOPARTITE.tableSizeFor(8, 1_000_000, 1_000)).isEqualTo(32);
    assertThat(ScheduleKind.BIPARTITE.tableSizeFor(100, 1L << 40, 1_000)).isEqualTo(64);
    assertThat(ScheduleKind.MONOPARTITE.tableSizeFor(8, 100_000, 1_000)).isEqualTo(16);
    assertThat(ScheduleKind.MONOPARTITE.tableSizeFor(8, 10_000, 1_000)).isEqualTo(4);
    assertThat(ScheduleKind.MONOPARTITE.tableSizeFor(8, 0, 1_000)).isEqualTo(1);
    assertThat(ScheduleKind.COMPONENTS.tableSizeFor(1, 1_000_000, 1_000)).isEqualTo(2);
  }

  @Provide
  Arbitrary<Sized> sized() {
    return Combinators.combine(
            Arbitraries.of(ScheduleKind.BIPARTITE, ScheduleKind.MONOPARTITE),
            Arbitraries.integers().between(1, 64))
        .as(Sized::new);
  }

  private static Set<Integer> locks(Grid<Pair> grid, Pair pair) {
    return new HashSet<>(Arrays.stream(grid.of(grid.cellOf(pair))).boxed().toList());
  }
}
