/**
 * Edges of a graph, read from files of separated values, and the tables they are written to. May
 * import the sinks, {@code write}, {@code grid}, {@code block} and {@code fault}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.edges;
