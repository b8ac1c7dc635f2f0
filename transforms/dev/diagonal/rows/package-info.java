/** The types of the fields of rows, and the format of text files. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.rows;
