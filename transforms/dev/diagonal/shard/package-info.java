/** Groups by shard: packs records into blocks, and combines values per key with few groups. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.shard;
