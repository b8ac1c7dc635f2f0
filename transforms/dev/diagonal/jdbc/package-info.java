/**
 * Writing to databases over JDBC: creating a PostgreSQL table and upserting blocks of rows into it.
 * May import {@code write}, {@code block} and {@code fault}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc;
