/**
 * Ratings of movies, read from files and totalled exactly: count, sum, mean, least and greatest per
 * movie, and how each sink wants them. May import the sinks, {@code block}, {@code fault} and
 * {@code progress}.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.ratings;
