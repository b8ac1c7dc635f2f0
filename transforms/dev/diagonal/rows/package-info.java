/**
 * Typed rows in blocks of columns: the types of their fields, their origins, and the format of text
 * files.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.rows;
