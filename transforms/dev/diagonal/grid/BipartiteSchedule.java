package dev.diagonal.grid;

import static java.lang.Math.floorMod;

/**
 * A schedule for sources and targets that are different things: n x n cells of row and column
 * slots, in n waves by diagonals. A cell shares its row slot with n - 1 others, so n is the minimum
 * number of waves.
 *
 * @param tableSize n
 */
record BipartiteSchedule(int tableSize) implements Schedule {

  BipartiteSchedule {
    Slots.checkTableSize(tableSize);
  }

  @Override
  public int cells() {
    return tableSize * tableSize;
  }

  @Override
  public int waves() {
    return tableSize;
  }

  /** Rows, then columns: the same number on the other side is a different slot. */
  @Override
  public int slots() {
    return 2 * tableSize;
  }

  @Override
  public int indexOf(int rowSlot, int columnSlot) {
    return Schedule.checkSlot(rowSlot, tableSize) * tableSize
        + Schedule.checkSlot(columnSlot, tableSize);
  }

  @Override
  public Cell cell(int index) {
    return new Cell(index / tableSize, index % tableSize);
  }

  @Override
  public int waveOf(int index) {
    return floorMod(index % tableSize - index / tableSize, tableSize);
  }

  @Override
  public int rowSlotOf(int index) {
    return index / tableSize;
  }

  @Override
  public int columnSlotOf(int index) {
    return tableSize + index % tableSize;
  }
}
