/**
 * Runs a statement of the user's own with the rows of a batch, in Cypher on Neo4j or in SQL on any
 * database, under slot locks of the database. Knows connections, and nothing of commands.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.statement;
