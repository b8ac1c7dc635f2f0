/**
 * The counters of a run. One counter feeds both Beam's metrics and the progress line of this JVM.
 * Internal: it may change in any version.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.metrics;
