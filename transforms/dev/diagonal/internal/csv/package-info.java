/**
 * Splits text into CSV records and fields, and finds columns by the names in the header. Internal:
 * it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.csv;
