package dev.diagonal.simulation;

import dev.diagonal.grid.Grid;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The grids that runs use, made once: they and their locks do not change. */
final class Grids {

  private record Kind(boolean monopartite, int tableSize) {}

  private static final Map<Kind, Grid<Edge>> GRIDS = new ConcurrentHashMap<>();
  private static final Map<Kind, int[][]> LOCKS = new ConcurrentHashMap<>();

  private Grids() {}

  static Grid<Edge> of(boolean monopartite, int tableSize) {
    return GRIDS.computeIfAbsent(
        new Kind(monopartite, tableSize),
        kind ->
            (monopartite ? Grid.monopartite(tableSize) : Grid.bipartite(tableSize))
                .byLongs(Edge::source, Edge::target));
  }

  /** Returns the numbers of the locks of each cell. */
  static int[][] locksOf(boolean monopartite, int tableSize) {
    return LOCKS.computeIfAbsent(
        new Kind(monopartite, tableSize),
        kind -> {
          Grid<Edge> grid = of(monopartite, tableSize);
          int[][] locks = new int[grid.schedule().cells()][];
          for (int cell = 0; cell < locks.length; cell++) {
            locks[cell] = grid.of(cell);
          }
          return locks;
        });
  }
}
