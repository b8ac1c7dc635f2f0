/**
 * Opens, holds and limits database connections. Classifies the errors of a database by SQLState.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc.connection;
