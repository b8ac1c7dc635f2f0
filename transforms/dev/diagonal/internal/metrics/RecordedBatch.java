package dev.diagonal.internal.metrics;

import org.jspecify.annotations.Nullable;

/**
 * A batch that a writer has written, or failed to write.
 *
 * @param target where it was written, as it is shown to users
 * @param worker who wrote it
 * @param row the row of its cell; -1 if it is of no grid
 * @param column the column of its cell; -1 if it is of no grid
 * @param startNanos when it began, after the recording started
 * @param nanos how long it took, waits between attempts included
 * @param waitNanos how long it waited before for a worker and for its slots
 * @param rows how many rows are committed
 * @param attempts how many transactions or requests it took
 * @param failed whether some of it was not written
 * @param lease what became of its lease; null if it is not a batch of a job table
 */
public record RecordedBatch(
    String target,
    String worker,
    int row,
    int column,
    long startNanos,
    long nanos,
    long waitNanos,
    long rows,
    int attempts,
    boolean failed,
    @Nullable LeaseUse lease) {}
