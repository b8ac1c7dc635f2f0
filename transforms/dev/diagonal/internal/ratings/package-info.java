/** Parses ratings and totals them by movie. Internal: it may change in any version. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.ratings;
