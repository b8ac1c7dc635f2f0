/**
 * Reads Parquet files. All classes except {@link ParquetJars} need Parquet's jars, which the
 * bundled jar does not contain. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.parquet;
