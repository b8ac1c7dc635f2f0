package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeLoad.Edge;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The same statement as ours, but for the locks and the order of the nodes: as they come. */
final class UnsortedWriter implements BatchWriter<Edge> {

  private static final String SQL =
      """
      WITH r AS (SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::bigint[]) AS r (e, s, t)),
      added AS (INSERT INTO edges SELECT e, s, t FROM r ON CONFLICT (edge_id) DO NOTHING
                RETURNING source, target)
      INSERT INTO nodes AS n SELECT id, sum(o), sum(i) FROM (
        SELECT source AS id, 1 AS o, 0 AS i FROM added UNION ALL SELECT target, 0, 1 FROM added) AS e
      GROUP BY id ORDER BY md5(id::text || '%d')
      ON CONFLICT (id) DO UPDATE SET
        out_degree = n.out_degree + excluded.out_degree, in_degree = n.in_degree + excluded.in_degree
      """;

  private final JdbcTarget database;
  private @Nullable Connection connection;
  private int written;

  UnsortedWriter(JdbcTarget database) {
    this.database = database;
  }

  @Override
  public void write(Batch<Edge> batch) throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = DriverManager.getConnection(database.url(), database.user(), null);
      connection = open;
    }
    try (PreparedStatement statement = open.prepareStatement(SQL.formatted(written++ % 8))) {
      statement.setObject(1, batch.rows().stream().mapToLong(Edge::id).toArray());
      statement.setObject(2, batch.rows().stream().mapToLong(Edge::source).toArray());
      statement.setObject(3, batch.rows().stream().mapToLong(Edge::target).toArray());
      statement.execute();
    }
  }

  @Override
  public boolean isRetryable(Exception fault) {
    return fault instanceof SQLException sql && "40P01".equals(sql.getSQLState());
  }

  @Override
  public boolean isCausedByRows(Exception fault) {
    return false;
  }

  @Override
  public void close() {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
