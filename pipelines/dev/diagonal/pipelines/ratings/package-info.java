/** The command {@code movie-ratings}: its options, its job and its sinks. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.ratings;
