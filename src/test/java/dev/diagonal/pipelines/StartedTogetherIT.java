package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that start at the same moment, each of which finds that its tables are missing. */
@ExtendWith({PostgresExtension.class, ElasticsearchExtension.class})
final class StartedTogetherIT {

  private static final int ROWS = 300;

  private final Path directory;
  private final EdgeDatabase database;

  StartedTogetherIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void dropAll() throws SQLException {
    database.execute(
        "DROP SCHEMA IF EXISTS diagonal, jobs, staging CASCADE;"
            + " DROP TABLE IF EXISTS edges, nodes, nodes_deltas, ratings, movie_rating_totals,"
            + " together, from_together, diagonal_files CASCADE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"immediate", "folded", "mixed"})
  void loadEdgesCreatesItsTablesOnce(String counts) throws Exception {
    Path input = new EdgeFiles(50, 0).write(directory, "a", ROWS, 1);
    startTogether("load-edges", "--input=" + input, "--edgeColumns=part", "--counts=" + counts);
    assertThat(database.edges()).isEqualTo(ROWS);
    assertThat(database.wrongNodes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--transaction=each", "--transaction=all", "--transaction=all --mode=replace"})
  void transfersCreateTheirTableOnce(String how) throws Exception {
    String to = "--to=jdbc:together --key=id " + how;
    startTogether(("transfer --from=csv:" + rows() + " " + to).split(" "));
    assertThat(database.number("SELECT count(*) FROM together")).isEqualTo(ROWS);
  }

  @RepeatedTest(2)
  void incrementalTransfersCreateTheirMarksOnce() throws Exception {
    database.execute(
        "CREATE TABLE from_together (id bigint PRIMARY KEY, changed bigint);"
            + " INSERT INTO from_together SELECT i, i FROM generate_series(1, %s) AS i"
                .formatted(ROWS));
    // One that starts while another runs is refused; on a busy machine they overlap.
    StartedTogether.assertDoneOrRefused(
        "is still running",
        "transfer",
        "--from=jdbc:from_together",
        "--to=jdbc:together",
        "--key=id",
        "--incrementalColumn=changed",
        "--jdbcUrl=" + database.postgres().jdbcUrl(),
        "--jdbcUser=" + database.postgres().user());
    assertThat(database.number("SELECT count(*) FROM together")).isEqualTo(ROWS);
  }

  @RepeatedTest(2)
  void ratingBatchesCreateTheirTablesOnce() throws Exception {
    StringBuilder lines = new StringBuilder("userId,movieId,rating\n");
    for (int i = 0; i < ROWS; i++) {
      lines.append("%s,%s,3.5\n".formatted(i, i % 7));
    }
    Path input = Files.writeString(directory.resolve("ratings.csv"), lines);
    startTogether("rating-batches", "--input=" + input, "--batchRows=50");
    assertThat(database.number("SELECT sum(rating_count) FROM movie_rating_totals"))
        .isEqualTo(ROWS);
  }

  @RepeatedTest(2)
  void statementsCreateTheTableOfFilesOnce() throws Exception {
    database.execute("CREATE TABLE together (id uuid PRIMARY KEY)");
    startTogether(
        "load-edges",
        "--input=" + new EdgeFiles(50, 0).write(directory, "a", ROWS, 1),
        "--statement="
            + Files.writeString(
                directory.resolve("insert.sql"),
                "INSERT INTO together SELECT unnest(:edge_id) ON CONFLICT DO NOTHING"));
    assertThat(database.number("SELECT count(*) FROM together")).isEqualTo(ROWS);
  }

  @RepeatedTest(2)
  void transfersCreateTheirIndexOnce(LocalElasticsearch elasticsearch, RepetitionInfo repetition)
      throws Exception {
    String index = "together-" + repetition.getCurrentRepetition();
    StartedTogether.assertAllDone(
        "transfer",
        "--from=csv:" + rows(),
        "--to=elasticsearch:" + index,
        "--key=id",
        "--elasticsearchUrl=" + elasticsearch.url());
    assertThat(Http.get(elasticsearch.url() + "/" + index + "/_count"))
        .contains("\"count\":" + ROWS);
  }

  private Path rows() throws IOException {
    StringBuilder lines = new StringBuilder("id,v\n");
    for (int i = 0; i < ROWS; i++) {
      lines.append("%s,v%s\n".formatted(i, i));
    }
    return Files.writeString(directory.resolve("rows.csv"), lines);
  }

  private void startTogether(String... args) {
    Stream<String> postgres =
        Stream.of(
            "--jdbcUrl=" + database.postgres().jdbcUrl(),
            "--jdbcUser=" + database.postgres().user());
    StartedTogether.assertAllDone(Stream.concat(Stream.of(args), postgres).toArray(String[]::new));
  }
}
