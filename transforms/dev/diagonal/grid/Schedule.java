package dev.diagonal.grid;

import java.io.Serializable;

/**
 * A grid of slots and how its cells are dealt into waves: the cells of one wave share no slot, so
 * their records can be written at the same time.
 *
 * <p>Cells are numbered from 0 to {@link #cells} - 1, which makes them keys of few values; what is
 * locked is numbered from 0 to {@link #slots} - 1. Implementations are records: immutable, equal by
 * value, thread-safe.
 */
public interface Schedule extends Serializable {

  /** Returns how many slots an id can fall into, from 1. */
  int tableSize();

  /** Returns how many cells there are. */
  int cells();

  /** Returns how many waves there are: the least in which no two cells of a wave share a slot. */
  int waves();

  /** Returns how many different slots cells can share. */
  int slots();

  /** Whether batches that share a slot must not be in flight together; if not, any may be. */
  default boolean isExclusive() {
    return true;
  }

  /**
   * Returns the number of the cell of a record by the slots of its two ends.
   *
   * @throws NotOnGridException if a slot is not within 0 to {@link #tableSize} - 1; the message has
   *     the slot and the range
   */
  int indexOf(int rowSlot, int columnSlot);

  /** Returns the cell of a number. */
  Cell cell(int index);

  /** Returns the wave of a cell, from 0 to {@link #waves} - 1. */
  int waveOf(int index);

  /**
   * Returns the slot that the one end of a cell's records lies in, from 0 to {@link #slots} - 1.
   */
  int rowSlotOf(int index);

  /**
   * Returns the slot of the other end; the same as {@link #rowSlotOf} where a cell has only one.
   */
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
