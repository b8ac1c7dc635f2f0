/**
 * The SQL and the column types of databases other than PostgreSQL: MariaDB, SQLite and DuckDB, and
 * standard SQL for all others. Knows neither transactions nor rows.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jdbc.dialect;
