/**
 * Blocks and how they travel: cutting files into ranges and driving consumers over them, packing
 * records into blocks by a few keys, and combining by shard. May import {@code fault}, {@code
 * progress} and {@code files}, and nothing else of Diagonal.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.block;
