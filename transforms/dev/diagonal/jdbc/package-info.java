/** Creates tables, and derives tables and binders from Beam schemas. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.jdbc;
