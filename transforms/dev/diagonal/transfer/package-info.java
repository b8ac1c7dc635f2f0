/**
 * Rows on their way from a source to one sink or several: blocks of typed columns, what is done to
 * them on the way, and the engine that reads, converts and writes at the same time. May import the
 * packages of formats and of sinks, and all below them.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.transfer;
