/** Hash joins of blocks, shard by shard. Internal: it may change in any version. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.join;
