/**
 * Typed rows in blocks of columns. Parses, infers and formats their values as CSV, JSON and text.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.rows;
