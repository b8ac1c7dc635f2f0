package dev.diagonal.jobs;

/**
 * A worker's right to work on a batch, until its lease ends or another takes the batch.
 *
 * @param batchId the batch
 * @param attempt how often the batch has been claimed, this time included: the fencing token, which
 *     no other claim of it has
 * @param lowerId the least id of the batch
 * @param upperId the greatest
 */
record Claim(long batchId, int attempt, long lowerId, long upperId) {}
