package dev.diagonal.testing;

import dev.diagonal.internal.edges.EdgeFormat;
import dev.diagonal.internal.edges.EdgeTables;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.local.LocalPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables {@code edges} and {@code nodes} of a test, and statements on them, each on a
 * connection of its own.
 *
 * @param postgres the server they are on
 */
public record EdgeDatabase(LocalPostgres postgres) {

  public JdbcTarget target() {
    return JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
  }

  /** Creates both tables anew, empty; edges have these further columns. */
  public void createTables(String... columns) throws SQLException, InterruptedException {
    execute("DROP TABLE IF EXISTS edges, nodes, targets CASCADE");
    EdgeFormat format = EdgeFormat.CSV.withHeader(true).withColumns(List.of(columns));
    EdgeTables.of(format, "edges", "nodes").createIfMissing(target());
  }

  public void execute(String statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }

  /** Returns the first column of the answer as text. */
  public List<String> query(String query) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        values.add(result.getString(1));
      }
    }
    return values;
  }

  /** Returns the number that is the answer. */
  public long number(String query) throws SQLException {
    return Long.parseLong(query(query).get(0));
  }

  /** Returns the number that is the answer, to a condition that may be asked again and again. */
  public long numberNow(String query) {
    try {
      return number(query);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the first column of the answer, to a condition that may be asked again and again. */
  public List<String> queryNow(String query) {
    try {
      return query(query);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  public long edges() throws SQLException {
    return number("SELECT count(*) FROM edges");
  }

  /** Moves all counts of nodes to deltas, as if no fold had followed the load. */
  public void unfold() throws SQLException {
    execute(
        """
        INSERT INTO nodes_deltas SELECT array_agg(id), array_agg(out_degree::int),
          array_agg(in_degree::int), count(*) FROM nodes;
        DELETE FROM nodes""");
  }

  /** Returns the nodes whose counts are not those that the edges themselves come to. */
  public List<String> wrongNodes() throws SQLException {
    return wrongNodes("nodes");
  }

  /** Returns the nodes whose counts, with their deltas, are not those of the edges. */
  public List<String> wrongNodesNow() throws SQLException {
    return wrongNodes("nodes_now");
  }

  private List<String> wrongNodes(String nodes) throws SQLException {
    return query(
        """
        SELECT id || ' has ' || coalesce(out_degree || ' ' || in_degree, 'no row') || ', must have '
            || coalesce(o || ' ' || i, 'no row')
        FROM %s FULL JOIN (
          SELECT id, sum(o) AS o, sum(i) AS i FROM (
            SELECT source AS id, 1 AS o, 0 AS i FROM edges
            UNION ALL SELECT target, 0, 1 FROM edges) AS ends GROUP BY id) AS counted USING (id)
        WHERE (out_degree, in_degree) IS DISTINCT FROM (o, i)"""
            .formatted(nodes));
  }

  public Connection connect() throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), null);
  }
}
