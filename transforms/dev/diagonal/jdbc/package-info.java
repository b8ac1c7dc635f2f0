/**
 * Reading from and writing to databases over JDBC; in this form: creating a PostgreSQL table and
 * upserting blocks of rows into it. May import {@code write}, {@code grid}, {@code block} and
 * {@code fault}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc;
