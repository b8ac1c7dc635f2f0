/**
 * Prepares the database of a batch job and loads its ratings. Internal: it may change in any
 * version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jobs;
