/**
 * Creates and checks the tables of a batch job; knows the columns and number types of its ratings,
 * and its sessions. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jobs.schema;
