/**
 * Exported snapshots of PostgreSQL: who keeps one, who reads it, and which tables hold its rows.
 * May import connections and the names of tables.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc.snapshot;
