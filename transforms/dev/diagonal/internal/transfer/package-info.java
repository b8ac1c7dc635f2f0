/**
 * The rows of a source as elements of a collection, for commands that write them by a statement.
 * Each row has its place. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer;
