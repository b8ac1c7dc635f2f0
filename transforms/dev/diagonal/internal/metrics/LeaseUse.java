package dev.diagonal.internal.metrics;

/**
 * What a worker did with a batch of a job table while it held its lease.
 *
 * @param batch the id of the batch
 * @param attempt how often the batch has been claimed, including this time, in all runs
 * @param renewals how often the worker renewed the lease
 * @param lost whether the lease ended before the batch was complete, and another worker took it
 */
public record LeaseUse(long batch, int attempt, int renewals, boolean lost) {}
