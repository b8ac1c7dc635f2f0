/**
 * Separated values: cutting lines and streams into records and fields. May import {@code block} and
 * {@code fault}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.csv;
