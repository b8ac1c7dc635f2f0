package dev.diagonal.internal.edges;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.edges.Edge.IdKind;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class EdgeTablesIT {

  private static final Path MOVIELENS = Path.of("/work/shared/data/movielens-next-edges/edges.csv");
  private static final int BATCH_ROWS = 1_000;

  private JdbcTarget target;

  @BeforeEach
  void connect(LocalPostgres postgres) {
    target = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
  }

  @Test
  void numbersAreWrittenUnderTheirPlace() throws Exception {
    EdgeFormat format = EdgeFormat.SNAP.withColumns(List.of("3"));
    String text = "1\t2\t2001\n2\t1\tx\n";
    for (int run = 0; run < 2; run++) {
      load(format, null, text, "place_edges", "place_nodes");
    }
    assertThat(
            query(
                "SELECT right(edge_id::text, 4) || ' ' || source || ' ' || target || ' ' || column_3"
                    + " FROM place_edges ORDER BY 1"))
        .containsExactly("0000 1 2 2001", "0009 2 1 x");
    assertThat(
            query(
                "SELECT id || ': ' || out_degree || ' ' || in_degree FROM place_nodes ORDER BY 1"))
        .containsExactly("1: 1 1", "2: 1 1");
  }

  @Test
  void writesTextIdsAndKeepsNulls() throws Exception {
    EdgeFormat format =
        EdgeFormat.CSV
            .withEnds("from", "to")
            .withTextIds(true)
            .withId("key", IdKind.TEXT)
            .withColumns(List.of("note"));
    load(format, "key,from,to,note", "k1,a,\"b, c\",\nk2,a,d,\"\"\n", "text_edges", "text_nodes");
    assertThat(
            query(
                "SELECT edge_id || ' ' || source || ' ' || target || ' ' || coalesce(note, 'null')"
                    + " FROM text_edges ORDER BY 1"))
        .containsExactly("k1 a b, c null", "k2 a d ");
    assertThat(
            query("SELECT id || ': ' || out_degree || ' ' || in_degree FROM text_nodes ORDER BY 1"))
        .containsExactly("a: 2 0", "b, c: 0 1", "d: 0 1");
  }

  @Test
  void refusesColumnWithReservedName() {
    EdgeFormat format = EdgeFormat.CSV.withColumns(List.of("target"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EdgeTables.of(format, "e", "n"))
        .withMessageStartingWith("columns of table e must have different names");
  }

  @Test
  void theEdgesOfMovieLensAreCountedExactly() throws Exception {
    assumeTrue(Files.exists(MOVIELENS), "no shared data here");
    String text = Files.readString(MOVIELENS);
    int header = text.indexOf('\n');
    EdgeFormat format = EdgeFormat.CSV.withEnds("src", "dst");
    for (int run = 0; run < 2; run++) {
      load(format, text.substring(0, header), text.substring(header + 1), "ml_edges", "ml_nodes");
      assertThat(query("SELECT count(*) FROM ml_edges")).containsExactly("100226");
      assertThat(
              query(
                  "SELECT count(*) || ' ' || max(out_degree + in_degree) || ' ' || sum(out_degree)"
                      + " || ' ' || sum(in_degree) FROM ml_nodes"))
          .containsExactly("9724 650 100226 100226");
    }
  }

  private void load(
      EdgeFormat format, @Nullable String header, String text, String edges, String nodes)
      throws Exception {
    RelationshipTables tables = EdgeTables.of(format, edges, nodes);
    tables.createIfMissing(target);
    List<Edge> read = read(format, header, text);
    try (BatchWriter<Edge> writer =
        UpsertRelationships.into(target, tables, EdgeTables.binder(format)).open()) {
      for (int from = 0; from < read.size(); from += BATCH_ROWS) {
        writer.write(new Batch<>(0, read.subList(from, Math.min(read.size(), from + BATCH_ROWS))));
      }
    }
  }

  private static List<Edge> read(EdgeFormat format, @Nullable String header, String text) {
    List<Edge> edges = new ArrayList<>();
    LineConsumer<Edge> lines = EdgeLines.of(format).create();
    lines.open(new TextFile("edges.txt", header));
    lines.accept(
        TextBlock.of(text.getBytes(UTF_8), 0),
        new LineConsumer.Output<>() {
          @Override
          public void emit(Edge edge) {
            edges.add(edge);
          }

          @Override
          public void reject(DeadLetter line) {
            fail(line.describe());
          }
        });
    return edges;
  }

  private List<String> query(String query) throws SQLException {
    try (Connection connection = DriverManager.getConnection(target.url(), target.user(), null);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<String> values = new ArrayList<>();
      while (result.next()) {
        values.add(result.getString(1));
      }
      return values;
    }
  }
}
