/**
 * Runs a statement of the user with the rows of a batch: Cypher on Neo4j, or SQL on any database.
 * Slot locks of the database keep batches apart.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.statement;
