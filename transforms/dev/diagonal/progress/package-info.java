/**
 * What a run has done so far, counted once for Beam's metrics and for a progress line in the same
 * JVM. Imports nothing else of Diagonal.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.progress;
