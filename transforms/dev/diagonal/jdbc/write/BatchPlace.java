package dev.diagonal.jdbc.write;

/**
 * The place of a batch among those of its writer.
 *
 * @param number the number of the batch among those of its writer, from 0
 * @param firstRow the number of its first row among all rows of its writer, from 1
 */
record BatchPlace(int number, long firstRow) {}
