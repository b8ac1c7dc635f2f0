/**
 * Sources of a transfer: CSV and JSON files, PostgreSQL tables and queries of any JDBC database.
 * Each source is cut into ranges that are read in parallel.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.transfer.source;
