package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code --verbose}, {@code --quiet} and {@code --logFile}. */
@ExtendWith({PostgresExtension.class, ElasticsearchExtension.class})
final class LogIT {

  private static final String SECRET = "Rumpelstiltskin";

  private final Path directory;
  private final LocalPostgres postgres;
  private final LocalElasticsearch elasticsearch;

  LogIT(@TempDir Path directory, LocalPostgres postgres, LocalElasticsearch elasticsearch) {
    this.directory = directory;
    this.postgres = postgres;
    this.elasticsearch = elasticsearch;
  }

  @BeforeEach
  void createFiles() throws IOException {
    Files.writeString(directory.resolve("in.csv"), "id,name\n1,%s\n2,%1$s too\n".formatted(SECRET));
    Files.writeString(
        directory.resolve("plan.yaml"),
        """
        connections: {w: {jdbcUrl: "%s", user: %s}}
        tasks:
          - sql: {to: w, statement: "SELECT 'it''s %s', 1"}
        """
            .formatted(postgres.jdbcUrl(), postgres.user(), SECRET));
  }

  @Test
  void verboseShowsStatementsAndRequestsWithoutValues() {
    Launched launched = transfer("-v");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.err())
        .anyMatch(line -> line.matches("[0-9:.]+ sql: .*INSERT INTO .*logged.*"))
        .anyMatch(line -> line.matches("[0-9:.]+ sql: .*COPY .* FROM STDIN.*"))
        .anyMatch(line -> line.matches("[0-9:.]+ sql: .*: COMMIT"))
        .anyMatch(line -> line.matches("[0-9:.]+ requests: GET /logged/_mapping: 404 in .* ms"))
        .anyMatch(line -> line.matches("[0-9:.]+ requests: (POST|PUT) .*_bulk.*: 200 in .* ms"));
    assertThat(launched.toString()).doesNotContain(SECRET);
    assertThat(launched.out()).anyMatch(line -> line.contains("2 rows read"));
  }

  @Test
  @Tag("large")
  void verboseShowsRetriesWithTheirReasons() {
    Launched launched =
        launch(
            "transfer",
            "--from=jdbc:nothing",
            "--to=csv:" + directory.resolve("o.csv"),
            "--jdbcUrl=jdbc:postgresql://127.0.0.1:1/d",
            "-v");
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err())
        .anyMatch(
            line ->
                line.matches(
                    "[0-9:.]+ retries: attempt 1 of at most 8 failed, the next one starts in [0-9,]+"
                        + " ms: .*127\\.0\\.0\\.1:1.*"));
  }

  @Test
  void longTextsDoNotMatter() throws IOException {
    Files.writeString(
        directory.resolve("long.yaml"),
        """
        connections: {w: {jdbcUrl: "%s", user: %s}}
        tasks:
          - sql: {to: w, file: long.sql}
        """
            .formatted(postgres.jdbcUrl(), postgres.user()));
    Files.writeString(
        directory.resolve("long.sql"), "SELECT '%s', 1".formatted("it''s ".repeat(50_000)));

    Launched launched = launch("transfer", "--plan=" + directory.resolve("long.yaml"), "-v");

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.err()).anyMatch(line -> line.endsWith("SELECT '…', 1"));
  }

  @Test
  void leavesNonLogFileUntouched() throws IOException {
    Path in = directory.resolve("in.csv");
    String before = Files.readString(in);

    Launched launched = transfer("--logFile=" + in);

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).anyMatch(line -> line.contains("is not a log of Diagonal"));
    assertThat(Files.readString(in)).isEqualTo(before);
  }

  @Test
  void textsOfAStatementAreNotLogged() {
    Launched launched = launch("transfer", "--plan=" + directory.resolve("plan.yaml"), "-v");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.err()).anyMatch(line -> line.endsWith("SELECT '…', 1"));
    assertThat(launched.err().stream().filter(line -> line.contains(" sql: ")))
        .noneMatch(line -> line.contains(SECRET));
  }

  @Test
  void quietPrintsNothingButFailures() {
    Launched launched = transfer("-q");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).isEmpty();
    assertThat(launched.err()).isEmpty();

    Launched failed = launch("transfer", "-q", "--from=csv:nowhere.csv", "--to=csv:o.csv");
    assertThat(failed.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(failed.err()).anyMatch(line -> line.contains("nowhere.csv"));
  }

  @Test
  void theLogFileIsAppendedTo() throws IOException {
    Path log = directory.resolve("run.log");
    assertThat(transfer("--logFile=" + log).err()).isEmpty();
    List<String> first = Files.readAllLines(log);
    assertThat(first.get(0)).matches("\\S+T\\S+ diagonal: transfer .*--from=csv:.*");
    assertThat(first)
        .anyMatch(line -> line.contains(" sql: "))
        .last()
        .asString()
        .endsWith("ended with exit code 0");

    Launched failed =
        launch(
            "movie-ratings",
            "--input=" + directory.resolve("in.csv"),
            "--output=" + directory.resolve("o.csv"),
            "--logFile=" + log);
    assertThat(failed.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    List<String> all = Files.readAllLines(log);
    assertThat(all.subList(0, first.size())).isEqualTo(first);
    assertThat(all)
        .anyMatch(line -> line.contains("movieId"))
        .last()
        .asString()
        .endsWith("ended with exit code 2");
  }

  @Test
  void refusesDirectoryAsLogFile() {
    Launched directoryAsFile = transfer("--logFile=" + directory);
    assertThat(directoryAsFile.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(directoryAsFile.err().get(0)).contains("--logFile", directory.toString());
  }

  private Launched transfer(String option) {
    return launch(
        "transfer",
        "--from=csv:" + directory.resolve("in.csv"),
        "--to=jdbc:logged,elasticsearch:logged",
        "--key=id",
        "--jdbcUrl=" + postgres.jdbcUrl(),
        "--jdbcUser=" + postgres.user(),
        "--elasticsearchUrl=" + elasticsearch.url(),
        option);
  }

  private static Launched launch(String... args) {
    return Launched.with(Main.COMMANDS, args);
  }
}
