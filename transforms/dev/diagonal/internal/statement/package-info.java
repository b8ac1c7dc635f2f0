/**
 * Connections to Neo4j, their faults, and the keys that a graph needs. Checks the text of Cypher
 * statements. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.statement;
