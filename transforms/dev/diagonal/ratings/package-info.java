/**
 * Reads ratings of movies and computes the exact count, sum, mean, minimum and maximum per movie.
 * Formats the results for each sink.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.ratings;
