package dev.diagonal.internal.schedule;

import dev.diagonal.grid.Cell;
import dev.diagonal.grid.Schedule;
import java.util.ArrayList;
import java.util.List;

/** Cells listed one by one: enough of a schedule to write by. */
record TinySchedule(int tableSize, int slots, List<Cell> list) implements Schedule {

  /** Row slots 0..n-1, column slots n..2n-1; the cell of row r and column c is r * n + c. */
  static TinySchedule bipartite(int n) {
    List<Cell> cells = new ArrayList<>();
    for (int row = 0; row < n; row++) {
      for (int column = 0; column < n; column++) {
        cells.add(new Cell(row, n + column));
      }
    }
    return new TinySchedule(n, 2 * n, cells);
  }

  /** Unordered pairs of slots 0..n-1. */
  static TinySchedule monopartite(int n) {
    List<Cell> cells = new ArrayList<>();
    for (int row = 0; row < n; row++) {
      for (int column = row; column < n; column++) {
        cells.add(new Cell(row, column));
      }
    }
    return new TinySchedule(n, n, cells);
  }

  @Override
  public int cells() {
    return list.size();
  }

  @Override
  public int rowSlotOf(int index) {
    return list.get(index).row();
  }

  @Override
  public int columnSlotOf(int index) {
    return list.get(index).column();
  }

  boolean share(int a, int b) {
    return rowSlotOf(a) == rowSlotOf(b)
        || rowSlotOf(a) == columnSlotOf(b)
        || columnSlotOf(a) == rowSlotOf(b)
        || columnSlotOf(a) == columnSlotOf(b);
  }

  @Override
  public Cell cell(int index) {
    return list.get(index);
  }

  @Override
  public int waves() {
    throw new UnsupportedOperationException("nothing here waits for waves");
  }

  @Override
  public int indexOf(int rowSlot, int columnSlot) {
    throw new UnsupportedOperationException("nothing here has slots of records");
  }

  @Override
  public int waveOf(int index) {
    throw new UnsupportedOperationException("nothing here waits for waves");
  }
}
