/**
 * The job table: ratings that lie in a PostgreSQL table are planned into batches, which workers of
 * any number of processes claim, total and complete, each in one transaction, and which are then
 * published together. Knows no runner; may import {@code ratings}, the sinks and what is below.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jobs;
