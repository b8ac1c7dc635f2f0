/**
 * Writes batches of rows to a table: inserts, upserts, updates and deletes. PostgreSQL receives
 * them over COPY, other databases as JDBC batches.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc.write;
