/**
 * Parquet files as a source and a sink of a transfer, and as records for commands that read lines.
 * Its classes need Parquet's jars, which are not in the bundled jar: only {@link
 * dev.diagonal.internal.transfer.parquet.ParquetJars} may be used without them.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.transfer.parquet;
