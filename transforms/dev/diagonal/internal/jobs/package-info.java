/** Loads the ratings of a batch job. Internal: it may change in any version. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jobs;
