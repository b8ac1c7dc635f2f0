/**
 * Reads the edges of a graph from files or a query, and names the tables that they are written to.
 * Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.edges;
