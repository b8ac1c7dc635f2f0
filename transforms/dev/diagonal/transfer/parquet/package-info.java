/**
 * Parquet files as a source and a sink of a transfer. The classes need Parquet's jars, which the
 * bundled jar does not contain.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.transfer.parquet;
