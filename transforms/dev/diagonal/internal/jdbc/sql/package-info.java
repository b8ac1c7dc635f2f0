/**
 * Knowledge about drivers and SQL that needs no connection: URLs, sockets, names, scripts, and
 * which errors are transient. Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.jdbc.sql;
