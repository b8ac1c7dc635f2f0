package dev.diagonal.internal.schedule;

/**
 * What a {@link ConflictScheduler} has done so far.
 *
 * @param batches how many batches have been written
 * @param rows how many rows were in them
 * @param retries how many transactions repeated one that had failed with a retryable error
 * @param maxOpen the maximum number of batches that were in flight at the same time
 * @param averageOpen the average number of batches in flight, over the time with at least one; 0 to
 *     {@code maxWorkers}
 * @param hottestSlotShare the share of the rows that is in the slot with the most rows, 0 to 1: a
 *     slot with a quarter of the rows allows four concurrent transactions on average, however many
 *     workers there are
 */
record SchedulerStats(
    long batches,
    long rows,
    long retries,
    int maxOpen,
    double averageOpen,
    double hottestSlotShare) {}
