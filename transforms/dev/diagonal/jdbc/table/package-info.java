/** Tables and their columns, how rows are bound to them, and the modes of writing them. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc.table;
