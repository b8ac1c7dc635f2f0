/**
 * Holds connections, limits their number and retries transactions. Internal: it may change in any
 * version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jdbc.connection;
