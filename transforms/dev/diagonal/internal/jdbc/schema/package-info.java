/**
 * The schema that Diagonal keeps in a user's PostgreSQL database: which runs exist, which of them
 * are alive, and the ledger of the transactions they committed. Internal: it may change in any
 * version. May import {@code fault} and {@code files}; works on plain JDBC connections.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jdbc.schema;
