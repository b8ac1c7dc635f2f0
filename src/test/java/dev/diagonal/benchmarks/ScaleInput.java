package dev.diagonal.benchmarks;

import java.util.List;

/**
 * Data of one size, there to be read.
 *
 * @param rows how many there are
 * @param bytes of the files
 * @param options of the command, which name the files
 */
record ScaleInput(long rows, long bytes, List<String> options) {}
