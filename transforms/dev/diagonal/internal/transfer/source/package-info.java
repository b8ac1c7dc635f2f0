/**
 * Sources of a transfer: CSV and JSON files, PostgreSQL tables and queries of any JDBC database.
 * Each source is cut into ranges that are read in parallel. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.transfer.source;
