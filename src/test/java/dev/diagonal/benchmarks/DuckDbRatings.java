package dev.diagonal.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/** The rival: the same totals by DuckDB, typed columns, two threads. {@code <input> <output>}. */
final class DuckDbRatings {

  private DuckDbRatings() {}

  public static void main(String[] args) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET threads = 2");
      long start = System.nanoTime();
      statement.execute(
          """
          COPY (
            SELECT movieId AS movie_id, count(*) AS rating_count, sum(rating) AS rating_sum,
              round(sum(rating)::DOUBLE / count(*), 6) AS rating_mean,
              min(rating) AS rating_min, max(rating) AS rating_max
            FROM read_csv('%s', header = true, columns = {'userId': 'BIGINT', 'movieId': 'BIGINT',
              'rating': 'DECIMAL(10,3)', 'timestamp': 'BIGINT'})
            GROUP BY movieId ORDER BY movieId
          ) TO '%s' (HEADER)
          """
              .formatted(args[0], args[1]));
      System.out.println(Measured.SECONDS + (System.nanoTime() - start) / 1e9);
    }
  }
}
