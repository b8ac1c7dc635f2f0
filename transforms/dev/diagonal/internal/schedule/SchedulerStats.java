package dev.diagonal.internal.schedule;

/**
 * What a {@link ConflictScheduler} has done so far.
 *
 * @param batches how many batches have been written
 * @param rows how many rows were in them
 * @param retries how many transactions repeated one that had failed for a passing reason
 * @param maxOpen the most batches that were in flight at once
 * @param averageOpen how many were in flight on average, by time, while there were any; 0 to {@code
 *     maxWorkers}
 * @param hottestSlotShare which part of the rows lies in the slot that has most of them, 0 to 1: a
 *     slot that holds a quarter of the rows allows four transactions at once on average, however
 *     many workers there are
 */
record SchedulerStats(
    long batches,
    long rows,
    long retries,
    int maxOpen,
    double averageOpen,
    double hottestSlotShare) {}
