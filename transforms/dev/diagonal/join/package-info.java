/**
 * Bringing together records that share a key: hash joins of blocks, shard by shard. May import
 * {@code block}, {@code csv} and {@code fault}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.join;
