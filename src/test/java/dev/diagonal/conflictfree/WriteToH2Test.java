package dev.diagonal.conflictfree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.grid.Grid;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.Runner;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A target without slot locks, written by plain JDBC: one process, several connections. */
final class WriteToH2Test {

  private static final int EDGES = 1_500;
  private static final int NODES = 30;

  /** The edge of a number is between two nodes of it. */
  private static final Grid<Integer> GRID =
      Grid.monopartite(8).byLongs(WriteToH2Test::source, WriteToH2Test::target);

  @ParameterizedTest
  @EnumSource
  void repeatedEdgesCountOnceAtBothEnds(Runner runner) throws SQLException {
    H2Edges edges = new H2Edges("jdbc:h2:mem:" + runner);
    try (Connection open = edges.connect()) { // keeps the database
      execute(open, "CREATE TABLE edges (id INT PRIMARY KEY)");
      execute(open, "CREATE TABLE nodes (id BIGINT PRIMARY KEY, degree INT)");
      execute(open, "INSERT INTO nodes SELECT x - 1, 0 FROM system_range(1, " + NODES + ")");
      List<Integer> numbers = IntStream.range(0, EDGES).boxed().toList();
      for (int run = 1; run <= 2; run++) {
        TestPipeline pipeline = runner.pipeline();
        pipeline
            .apply(Create.of(numbers))
            .apply(WriteConflictFree.by(GRID, edges).withBatchSize(50));
        pipeline.run().waitUntilFinish();
        assertThat(answer(open, "SELECT count(*) FROM edges")).containsExactly((long) EDGES);
        assertThat(answer(open, "SELECT degree FROM nodes ORDER BY id"))
            .containsExactlyElementsOf(degrees(numbers));
      }
    }
  }

  private static long source(int edge) {
    return edge * 7L % NODES;
  }

  private static long target(int edge) {
    return (edge / 3 * 11L + 5) % NODES;
  }

  private static List<Long> degrees(List<Integer> numbers) {
    TreeMap<Long, Long> degrees = new TreeMap<>();
    numbers.forEach(
        edge -> {
          degrees.merge(source(edge), 1L, Long::sum);
          degrees.merge(target(edge), 1L, Long::sum);
        });
    assertThat(degrees).hasSize(NODES);
    return List.copyOf(degrees.values());
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<Long> answer(Connection connection, String query) throws SQLException {
    List<Long> answer = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        answer.add(result.getLong(1));
      }
    }
    return answer;
  }

  private record H2Edges(String url) implements BatchWriter.Factory<Integer> {

    Connection connect() throws SQLException {
      return DriverManager.getConnection(url);
    }

    @Override
    public BatchWriter<Integer> open() {
      return new H2Writer(this);
    }

    @Override
    public String target() {
      return "edges of " + url;
    }

    @Override
    public boolean locksSlots() {
      return false;
    }
  }

  private static final class H2Writer implements BatchWriter<Integer> {

    private final H2Edges edges;

    H2Writer(H2Edges edges) {
      this.edges = edges;
    }

    @Override
    public void write(Batch<Integer> batch) throws SQLException {
      try (Connection connection = edges.connect()) {
        connection.setAutoCommit(false);
        for (int edge : batch.rows()) {
          if (answer(connection, "SELECT id FROM edges WHERE id = " + edge).isEmpty()) {
            execute(connection, "INSERT INTO edges VALUES (" + edge + ")");
            count(connection, source(edge));
            count(connection, target(edge));
          }
        }
        connection.commit();
      }
    }

    /** Reads and writes back, so that a node in two transactions at once would lose a count. */
    private static void count(Connection connection, long node) throws SQLException {
      String where = " WHERE id = " + node;
      long degree = answer(connection, "SELECT degree FROM nodes" + where).get(0);
      execute(connection, "UPDATE nodes SET degree = " + (degree + 1) + where);
    }

    @Override
    public boolean isRetryable(Exception fault) {
      return false;
    }

    @Override
    public boolean isCausedByRows(Exception fault) {
      return false;
    }

    @Override
    public void close() {}
  }
}
