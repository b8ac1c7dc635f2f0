package dev.diagonal.internal.statement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.grid.Grid;
import dev.diagonal.grid.Schedule;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class Neo4jSlotsTest {

  private static final int IDS = 500;

  private record Pair(long source, long target) {}

  @Test
  void cellTakesOneLockPerSlot() {
    Grid<Pair> grid = monopartite(Neo4jSlots.COUNT);
    Schedule schedule = grid.schedule();
    for (int cell = 0; cell < schedule.cells(); cell++) {
      assertThat(Neo4jSlots.of(grid, cell))
          .containsExactly(
              IntStream.of(schedule.rowSlotOf(cell), schedule.columnSlotOf(cell))
                  .sorted()
                  .distinct()
                  .toArray());
    }
  }

  @Test
  void cellsOfOneIdShareLockOnAllGrids() {
    List<Grid<Pair>> grids =
        List.of(monopartite(1), monopartite(5), monopartite(16), monopartite(64), bipartite(8));
    for (long id = 0; id < IDS; id++) {
      List<Pair> withId = List.of(new Pair(id, IDS + id), new Pair(2 * IDS + 7 * id, id));
      for (Grid<Pair> one : grids) {
        for (Grid<Pair> other : grids) {
          assertThat(locks(one, withId.get(0))).containsAnyElementsOf(locks(other, withId.get(1)));
        }
      }
    }
  }

  @Test
  void locksAreInAscendingOrder() {
    for (Grid<Pair> grid : List.of(monopartite(3), monopartite(8), bipartite(4))) {
      for (int cell = 0; cell < grid.schedule().cells(); cell++) {
        int[] locks = Neo4jSlots.of(grid, cell);
        assertThat(locks).isSorted().doesNotHaveDuplicates();
        assertThat(locks[0]).isNotNegative();
        assertThat(locks[locks.length - 1]).isLessThan(Neo4jSlots.COUNT);
      }
    }
  }

  private static Set<Integer> locks(Grid<Pair> grid, Pair pair) {
    return Arrays.stream(Neo4jSlots.of(grid, grid.cellOf(pair)))
        .boxed()
        .collect(Collectors.toSet());
  }

  private static Grid<Pair> monopartite(int tableSize) {
    return Grid.monopartite(tableSize).byLongs(Pair::source, Pair::target);
  }

  private static Grid<Pair> bipartite(int tableSize) {
    return Grid.bipartite(tableSize).byLongs(Pair::source, Pair::target);
  }
}
