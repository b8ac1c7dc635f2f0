/**
 * Counts dead letters, limits them and sends them to an error handler. Internal: it may change in
 * any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.fault;
