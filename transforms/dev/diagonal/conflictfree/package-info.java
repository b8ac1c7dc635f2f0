/**
 * Splits collections by grid cell and writes the cells without lock conflicts. These are the Beam
 * transforms on top of {@code grid} and {@code schedule}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.conflictfree;
