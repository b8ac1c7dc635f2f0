/**
 * Types of columns as users write them. Infers the types of columns from the first records of a
 * text file, and checks that a guessed type keeps every value exactly. Internal: it may change in
 * any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.rows.types;
