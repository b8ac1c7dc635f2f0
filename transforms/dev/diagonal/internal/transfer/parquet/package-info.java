/**
 * Whether Parquet's jars can be loaded. Works without them. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.parquet;
