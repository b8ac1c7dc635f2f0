/** Splits text into CSV records and fields, and finds columns by the names in the header. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.csv;
