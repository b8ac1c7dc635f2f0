/** Sinks of a transfer: text files, database tables and Elasticsearch indexes. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.transfer.sink;
