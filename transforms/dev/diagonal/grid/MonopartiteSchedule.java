package dev.diagonal.grid;

/**
 * A schedule for ids that may be at both ends. Cells are unordered pairs of slots, including a slot
 * with itself: n (n + 1) / 2 in all. They are assigned to n waves like the pairs of a round-robin
 * tournament: by the sum of the two slots modulo n, which leaves one partner per slot and wave. A
 * slot is in n cells, so n is the minimum number of waves.
 *
 * @param tableSize n
 */
record MonopartiteSchedule(int tableSize) implements Schedule {

  MonopartiteSchedule {
    Slots.checkTableSize(tableSize);
  }

  @Override
  public int cells() {
    return tableSize * (tableSize + 1) / 2;
  }

  @Override
  public int waves() {
    return tableSize;
  }

  @Override
  public int slots() {
    return tableSize;
  }

  @Override
  public int indexOf(int rowSlot, int columnSlot) {
    int low = Schedule.checkSlot(Math.min(rowSlot, columnSlot), tableSize);
    int high = Schedule.checkSlot(Math.max(rowSlot, columnSlot), tableSize);
    return high * (high + 1) / 2 + low;
  }

  /** The smaller slot is the row. */
  @Override
  public Cell cell(int index) {
    return new Cell(rowSlotOf(index), columnSlotOf(index));
  }

  @Override
  public int waveOf(int index) {
    return (rowSlotOf(index) + columnSlotOf(index)) % tableSize;
  }

  @Override
  public int rowSlotOf(int index) {
    int high = columnSlotOf(index);
    return index - high * (high + 1) / 2;
  }

  /** Returns the root of the largest triangular number up to the index; exact for so few cells. */
  @Override
  public int columnSlotOf(int index) {
    return (int) ((Math.sqrt(8.0 * index + 1) - 1) / 2);
  }
}
