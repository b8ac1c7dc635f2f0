/** The format of files of ratings, and the totals that are computed from them. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.ratings.data;
