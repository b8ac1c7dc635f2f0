/** Blocks: the records that travel through a pipeline as one element. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.block;
