/** Creates tables, and makes tables and binders of Beam schemas. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc;
