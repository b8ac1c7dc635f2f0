/**
 * What arrived: an order-free checksum of the rows that a transfer sends and of those that the
 * target holds afterwards. Knows blocks, sources and sinks, and no command.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.receipt;
