package dev.diagonal.pipelines.ratings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Movies and books whose ids are texts, such as ISBN, in every sink. */
@ExtendWith({PostgresExtension.class, ElasticsearchExtension.class})
final class TextMoviesIT {

  private static final String RATINGS =
      """
      ISBN,rating,userId
      034545104X,5,1
      0002005018,4.5,2
      034545104X,0,3
      2005018,1,2
      "a,""b"" \\ é",3,4
      😀,2,4
      ,1,5
      \uFFFD,2,9223372036854775807
      034545104x,1,x
      """;

  private final Path directory;
  private final LocalPostgres postgres;
  private final LocalElasticsearch elasticsearch;

  TextMoviesIT(@TempDir Path directory, LocalPostgres postgres, LocalElasticsearch elasticsearch) {
    this.directory = directory;
    this.postgres = postgres;
    this.elasticsearch = elasticsearch;
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void everySinkKeepsIdsUnchanged(String runner) throws Exception {
    JobDatabase database = JobDatabase.create(postgres, "text_movies");
    Path in = Files.writeString(directory.resolve("r.csv"), RATINGS);
    Path out = directory.resolve("out.csv");
    Path bad = directory.resolve("bad.jsonl");
    String index = "text-movies-" + runner.length();
    String line =
        "movie-ratings --idType=text --movieColumn=ISBN %s --input=%s --output=%s --badRecords=%s --jdbcUrl=%s --jdbcUser=%s --elasticsearchUrl=%s --elasticsearchIndex=%s"
            .formatted(
                runner,
                in,
                out,
                bad,
                database.target().url(),
                postgres.user(),
                elasticsearch.url(),
                index);
    for (int run = 1; run <= 2; run++) {
      Launched launched = Launched.with(Main.COMMANDS, line.split(" "));
      assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
      assertThat(Files.readAllLines(out))
          .containsExactly(
              dev.diagonal.ratings.RatingRows.CSV_HEADER,
              "0002005018,1,4.500,4.500000,4.500,4.500",
              "034545104X,2,5.000,2.500000,0.000,5.000",
              "2005018,1,1.000,1.000000,1.000,1.000",
              "\"a,\"\"b\"\" \\ é\",1,3.000,3.000000,3.000,3.000",
              "\uFFFD,1,2.000,2.000000,2.000,2.000",
              "😀,1,2.000,2.000000,2.000,2.000");
      assertThat(Files.readAllLines(bad))
          .satisfiesExactly(
              each -> assertThat(each).contains("the movie is empty"),
              each -> assertThat(each).contains("the user 'x' is not a whole number"));
      List<String> rows =
          database.query(
              "SELECT movie_id, rating_count, rating_mean, pg_typeof(movie_id) FROM movie_ratings"
                  + " ORDER BY movie_id COLLATE \"C\"");
      assertThat(rows)
          .hasSize(6)
          .startsWith("0002005018 1 4.500000 text", "034545104X 2 2.500000 text")
          .contains("a,\"b\" \\ é 1 3.000000 text");
      String found = Http.get(elasticsearch.url() + "/" + index + "/_search?q=movie_id:0002005018");
      assertThat(found).contains("\"movie_id\":\"0002005018\"", "\"_id\":\"0002005018\"");
    }
  }
}
