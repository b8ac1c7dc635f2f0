/**
 * Detects whether Parquet's jars can be loaded, without depending on them. Internal: it may change
 * in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.parquet;
