package dev.diagonal.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/** The rival: the same rows as JSON lines by DuckDB, two threads. {@code <input> <output>}. */
final class DuckDbJsonLines {

  private DuckDbJsonLines() {}

  public static void main(String[] args) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET threads = 2");
      statement.execute("SET preserve_insertion_order = false");
      long start = System.nanoTime();
      statement.execute(
          """
          COPY (
            SELECT * FROM read_csv('%s', header = true, columns = {'id': 'BIGINT',
              'user_id': 'INTEGER', 'score': 'DECIMAL(10,2)', 'day': 'DATE', 'name': 'VARCHAR'})
          ) TO '%s' (FORMAT json)
          """
              .formatted(args[0], args[1]));
      System.out.println(Measured.SECONDS + (System.nanoTime() - start) / 1e9);
    }
  }
}
