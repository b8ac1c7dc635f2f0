/**
 * The transform that reads rows from one source, converts them and writes them to one or more
 * sinks. Its engine is in {@code dev.diagonal.internal.transfer}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.transfer;
