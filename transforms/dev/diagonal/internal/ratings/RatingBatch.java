package dev.diagonal.internal.ratings;

/** Up to a fixed number of ratings, as two arrays: movies, and ratings in thousandths. */
final class RatingBatch {

  private final long[] movies;
  private final int[] ratings;
  private int size;

  RatingBatch(int capacity) {
    movies = new long[capacity];
    ratings = new int[capacity];
  }

  void add(long movie, int thousandths) {
    movies[size] = movie;
    ratings[size] = thousandths;
    size++;
  }

  long movie(int index) {
    return movies[index];
  }

  int rating(int index) {
    return ratings[index];
  }

  int size() {
    return size;
  }

  boolean isFull() {
    return size == movies.length;
  }

  void clear() {
    size = 0;
  }
}
