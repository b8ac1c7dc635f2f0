/**
 * Reads taxi trips in the format of the New York City Taxi and Limousine Commission. Defines the
 * tables and the Neo4j graph that they are written to. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.taxi;
