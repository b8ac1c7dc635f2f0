/** {@code Written}, the element that every write returns. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.metrics;
