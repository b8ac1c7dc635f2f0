/**
 * Types of columns as users name them and as the first records of a text file show them. Imports
 * {@code rows}.
 */
@NullMarked
package dev.diagonal.rows.types;

import org.jspecify.annotations.NullMarked;
