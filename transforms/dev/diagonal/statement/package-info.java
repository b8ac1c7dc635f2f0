/**
 * Runs a user's statement with the rows of a batch, in Cypher on Neo4j or in SQL on any database,
 * under slot locks of the database. Uses connections; does not depend on commands.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.statement;
