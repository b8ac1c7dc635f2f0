/**
 * The columns and number types of the ratings that a batch job reads, and its sessions. Internal:
 * it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jobs.schema;
