package dev.diagonal.internal.metrics;

/**
 * Where the rows of a batch are on a grid.
 *
 * @param row the row of its cell
 * @param column the column of its cell
 * @param rowSlot the slot of the row
 * @param columnSlot the slot of the column; the same one if the cell has only one
 * @param isExclusive whether batches that share a slot exclude each other
 * @param maxWorkers how many batches can be in progress at the same time at most
 */
public record GridPlace(
    int row, int column, int rowSlot, int columnSlot, boolean isExclusive, int maxWorkers) {}
