package dev.diagonal.jdbc.write;

/**
 * The place of a batch among those of its writer.
 *
 * @param number from 0
 * @param firstRow the number of its first row among all, from 1
 */
record BatchPlace(int number, long firstRow) {}
