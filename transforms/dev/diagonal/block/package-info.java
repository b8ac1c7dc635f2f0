/**
 * Packs records into blocks by shard, and merges or combines the blocks of a shard. Also bounds the
 * bytes that are in flight between threads.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.block;
