/**
 * Reads the catalog of PostgreSQL, writes its DDL, checks rights and locks, and orders rows by key.
 * Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jdbc.table;
