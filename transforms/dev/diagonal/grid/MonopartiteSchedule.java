package dev.diagonal.grid;

/**
 * An id may be at both ends: cells are unordered pairs of slots, a slot with itself among them, n
 * (n + 1) / 2 in all. They are dealt into n waves as the pairs of a round-robin tournament: by the
 * sum of the two slots modulo n, which for a given slot and wave leaves one partner. A slot is in n
 * cells, so fewer waves cannot be.
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

  /** The root of the triangular number at or below the index; exact for so few cells. */
  @Override
  public int columnSlotOf(int index) {
    return (int) ((Math.sqrt(8.0 * index + 1) - 1) / 2);
  }
}
