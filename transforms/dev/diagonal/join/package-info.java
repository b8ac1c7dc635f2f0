/** Hash joins of blocks, shard by shard. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.join;
