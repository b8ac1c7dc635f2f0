/**
 * Stages of database tables, their publication, and the parts of files that are joined. Internal:
 * it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.sink;
