package dev.diagonal.grid;

/**
 * A schedule for writers that share nothing: one cell, of which any number of batches may be in
 * flight.
 */
record OpenSchedule() implements Schedule {

  @Override
  public int tableSize() {
    return 1;
  }

  @Override
  public int cells() {
    return 1;
  }

  @Override
  public int waves() {
    return 1;
  }

  @Override
  public int slots() {
    return 1;
  }

  @Override
  public boolean isExclusive() {
    return false;
  }

  @Override
  public int indexOf(int rowSlot, int columnSlot) {
    return 0;
  }

  @Override
  public Cell cell(int index) {
    return new Cell(0, 0);
  }

  @Override
  public int waveOf(int index) {
    return 0;
  }

  @Override
  public int rowSlotOf(int index) {
    return 0;
  }

  @Override
  public int columnSlotOf(int index) {
    return 0;
  }
}
