package dev.diagonal.grid;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * A cell of the slot grid: the records with one end in a row slot and the other end in a column
 * slot.
 *
 * @param row the row slot, from 0
 * @param column the column slot, from 0
 */
public record Cell(int row, int column) implements Serializable {

  public Cell {
    checkArgument(row >= 0, "row must be >= 0, got %s", row);
    checkArgument(column >= 0, "column must be >= 0, got %s", column);
  }
}
