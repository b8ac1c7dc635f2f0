package dev.diagonal.jobs;

/**
 * A worker's right to process a batch, until its lease ends or another worker takes the batch.
 *
 * @param batchId the batch
 * @param attempt how often the batch has been claimed, including this time: a fencing token, unique
 *     per claim of the batch
 * @param lowerId the least id of the batch
 * @param upperId the greatest id of the batch
 */
record Claim(long batchId, int attempt, long lowerId, long upperId) {}
