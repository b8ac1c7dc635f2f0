/**
 * Ratings of movies, read from files and totalled exactly: count, sum, mean, least and greatest per
 * movie. May import {@code block}, {@code fault} and {@code progress}; writing the results is the
 * sinks' business.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.ratings;
