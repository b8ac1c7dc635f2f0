/**
 * Parquet files as a source and a sink of a transfer. Most classes need Parquet's jars, which the
 * bundled jar does not contain; {@link dev.diagonal.internal.transfer.parquet.ParquetJars} detects
 * whether they can be loaded. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.parquet;
