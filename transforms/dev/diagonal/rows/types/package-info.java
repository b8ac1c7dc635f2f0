/**
 * Types of columns as users write them, and as guessed from the first records of a text file.
 * Imports {@code rows}.
 */
@NullMarked
package dev.diagonal.rows.types;

import org.jspecify.annotations.NullMarked;
