/**
 * Typed rows in blocks of columns. Parses and formats the values of typed rows, as CSV, JSON and
 * text. Finds columns by name, and evaluates filters and templates. Internal: it may change in any
 * version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.rows;
