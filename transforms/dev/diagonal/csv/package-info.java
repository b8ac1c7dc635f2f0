/**
 * Lines of separated values: cutting them into fields. May import {@code block} and {@code fault}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.csv;
