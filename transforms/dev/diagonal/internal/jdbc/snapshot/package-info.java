/**
 * Sessions that read an exported snapshot of PostgreSQL, and the tables that store its rows.
 * Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jdbc.snapshot;
