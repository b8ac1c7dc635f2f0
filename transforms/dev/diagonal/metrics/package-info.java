/**
 * Counters of a run and {@code Written}, the element that every write returns. One counter feeds
 * both Beam's metrics and the progress line of this JVM.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.metrics;
