/**
 * Writing to databases over JDBC: creating a PostgreSQL table, upserting blocks of rows into it,
 * and upserting relationships that are counted at both ends. May import {@code
 * jdbc.internal.schema}, {@code write}, {@code grid}, {@code block} and {@code fault}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc;
