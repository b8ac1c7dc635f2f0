package dev.diagonal.grid;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

/**
 * A schedule for records that are already split into components that share no id: one cell per
 * slot, all in one wave.
 *
 * @param tableSize the number of slots that components are assigned to
 */
record ComponentsSchedule(int tableSize) implements Schedule {

  ComponentsSchedule {
    Slots.checkTableSize(tableSize);
  }

  @Override
  public int cells() {
    return tableSize;
  }

  @Override
  public int waves() {
    return 1;
  }

  @Override
  public int slots() {
    return tableSize;
  }

  @Override
  public int indexOf(int rowSlot, int columnSlot) {
    checkArgument(
        rowSlot == columnSlot,
        "a component has one slot, got row slot %s and column slot %s",
        rowSlot,
        columnSlot);
    return Schedule.checkSlot(rowSlot, tableSize);
  }

  @Override
  public Cell cell(int index) {
    return new Cell(index, index);
  }

  @Override
  public int waveOf(int index) {
    return 0;
  }

  @Override
  public int rowSlotOf(int index) {
    return index;
  }

  @Override
  public int columnSlotOf(int index) {
    return index;
  }
}
