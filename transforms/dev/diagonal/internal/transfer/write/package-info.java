/**
 * Sinks of a transfer: text files, database tables and Elasticsearch indexes. Internal: it may
 * change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.write;
