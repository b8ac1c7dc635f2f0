/**
 * Tables and their columns, rows that are bound to them, and the order of their keys. Reads the
 * catalog of PostgreSQL and creates tables.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc.table;
