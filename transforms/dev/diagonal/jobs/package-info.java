/**
 * Plans the ratings of a PostgreSQL table as batches, computes the batches in any number of
 * processes and publishes them together. Each worker claims, computes and completes a batch in one
 * transaction.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jobs;
