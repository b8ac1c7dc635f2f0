/**
 * Packs records into blocks by shard and merges small blocks. Also spreads the parts of an input,
 * and bounds the bytes that are in flight between threads. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.block;
