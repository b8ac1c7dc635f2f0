package dev.diagonal.schedule;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * Records of one cell that are written in one transaction.
 *
 * @param cell the number of the cell in its {@link dev.diagonal.grid.Schedule}
 * @param rows the records, at least one
 */
public record Batch<T>(int cell, List<T> rows) {

  public Batch {
    checkArgument(cell >= 0, "cell must be >= 0, got %s", cell);
    checkArgument(!rows.isEmpty(), "a batch must have rows, got none");
  }
}
