package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.PostgresExtension;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Standard input as the input of every command that reads files, each in a process of its own. */
@ExtendWith(PostgresExtension.class)
final class StandardInputIT {

  private final Path directory;
  private final LocalPostgres postgres;

  StandardInputIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.postgres = postgres;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          rating-batches --input=-         | userId,movieId,rating;1,10,4.0;2,10,3  | movie_id, rating_count FROM staging.movie_ratings | 10 2
          load-edges     --input=/dev/stdin | src,dst;1,2;3,4                        | source, target FROM edges ORDER BY 1              | 1 2;3 4
          taxi-trips     --input=-          | PULocationID,DOLocationID;1,2          | pickup_zone, dropoff_zone FROM trips              | 1 2
          """)
  void databasesGetWhatStandardInputHolds(String command, String text, String query, String rows)
      throws Exception {
    JobDatabase database = JobDatabase.create(postgres, "standard_input");
    List<String> args = new ArrayList<>(List.of(command.split(" +")));
    args.add("--jdbcUrl=" + database.target().url());
    args.add("--jdbcUser=" + postgres.user());
    assertThat(run(args, text.replace(';', '\n') + "\n")).contains(" 0 bad");
    assertThat(database.query("SELECT " + query)).containsExactly(rows.split(";"));
  }

  @Test
  void movieRatingsReadsStandardInput() throws Exception {
    Path out = directory.resolve("out.csv");
    String ratings = "userId,movieId,rating\n" + "1,10,4.0\n".repeat(200_000);
    assertThat(run(List.of("movie-ratings", "--input=-", "--output=" + out), ratings))
        .contains("200,000 rows read, 0 bad");
    assertThat(Files.readAllLines(out)).last().asString().startsWith("10,200000,800000.000,");
  }

  @Test
  void donorsChooseReadsStandardInput() throws Exception {
    Path files = directory.resolve("generated");
    Launched generated =
        Launched.with(
            Main.COMMANDS, "donors-choose", "--generate=" + files, "--generateDonations=50");
    assertThat(generated.out()).isNotEmpty();
    Path compressed = files.resolve("donations.csv.gz");
    String donations;
    try (var plain = new java.util.zip.GZIPInputStream(Files.newInputStream(compressed))) {
      donations = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
    }
    List<String> args =
        List.of(
            "donors-choose",
            "--projects=" + files.resolve("projects.csv.gz"),
            "--resources=" + files.resolve("resources.csv.gz"),
            "--donations=-",
            "--shards=1",
            "--output=" + directory.resolve("out"));
    assertThat(run(args, donations)).contains(" 0 bad");
  }

  @Test
  void transferRefusesStandardInput() throws Exception {
    Path out = directory.resolve("out.csv");
    assertThat(run(List.of("transfer", "--from=csv:-", "--to=csv:" + out), "a,b\n1,2\n"))
        .contains("is a pipe, which can be read only once");
    assertThat(out).doesNotExist();
  }

  /** Returns what a process prints that reads a text from a pipe. */
  private String run(List<String> args, String text) throws Exception {
    try (CommandJvm jvm = CommandJvm.start(directory, args)) {
      try (OutputStream input = jvm.process().getOutputStream()) {
        input.write(text.getBytes(StandardCharsets.UTF_8));
      } catch (java.io.IOException e) {
        // The process that refuses standard input does not read it.
      }
      int unused = jvm.process().waitFor();
      return Files.readString(jvm.output());
    }
  }
}
