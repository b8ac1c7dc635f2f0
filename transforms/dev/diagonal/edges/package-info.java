/**
 * Reads the edges of a graph from files or a query, and names the tables that they are written to.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.edges;
