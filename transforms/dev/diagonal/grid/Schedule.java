package dev.diagonal.grid;

import java.io.Serializable;

/**
 * A grid of slots, and the assignment of its cells to waves: cells of one wave share no slot, so
 * their records can be written concurrently.
 *
 * <p>Cells are numbered from 0 to {@link #cells} - 1, so their numbers can be keys; slots are
 * numbered from 0 to {@link #slots} - 1. Implementations are records: immutable, equal by value,
 * thread-safe.
 */
public interface Schedule extends Serializable {

  /** Returns the number of slots per side, from 1. */
  int tableSize();

  /** Returns how many cells there are. */
  int cells();

  /** Returns the number of waves: the minimum for which no two cells of a wave share a slot. */
  int waves();

  /** Returns the number of distinct slots that cells can share. */
  int slots();

  /**
   * Returns whether batches that share a slot must not be in flight together; if false, any may be.
   */
  default boolean isExclusive() {
    return true;
  }

  /**
   * Returns the number of the cell with the given slots.
   *
   * @throws NotOnGridException if a slot is not within 0 to {@link #tableSize} - 1; the message has
   *     the slot and the range
   */
  int indexOf(int rowSlot, int columnSlot);

  /** Returns the cell with this number. */
  Cell cell(int index);

  /** Returns the wave of a cell, from 0 to {@link #waves} - 1. */
  int waveOf(int index);

  /** Returns the slot of one end of a cell's records, from 0 to {@link #slots} - 1. */
  int rowSlotOf(int index);

  /** Returns the slot of the other end; the same as {@link #rowSlotOf} if a cell has only one. */
  int columnSlotOf(int index);

  /**
   * Returns {@code slot}.
   *
   * @throws NotOnGridException if it is not within 0 to {@code tableSize} - 1
   */
  static int checkSlot(int slot, int tableSize) {
    if (slot < 0 || slot >= tableSize) {
      throw new NotOnGridException("a slot must be 0 to %s, got %s".formatted(tableSize - 1, slot));
    }
    return slot;
  }
}
