package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PgPass;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A batch whose process is asked to end in the middle, as by Ctrl-C. */
@ExtendWith(PostgresExtension.class)
final class InterruptedIT {

  private static final int ROWS = 30_000;

  /** Its last row waits for a lock, so that the middle lasts as long as a test wants. */
  private static final String QUERY =
      """
      SELECT id, id * 2 AS n, CASE WHEN id = %1$d THEN (
          SELECT 1 FROM (SELECT pg_advisory_lock_shared(4712)) AS held) END AS last
      FROM generate_series(1, %1$d) AS id"""
          .formatted(ROWS);

  private final Path directory;
  private final EdgeDatabase database;

  InterruptedIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @ParameterizedTest
  @CsvSource({
    "INT, 130, DirectRunner, upserted, --key=id, "
        + "Committed rows stay. The same command starts from the beginning and writes each key once.",
    "TERM, 143, FlinkRunner, inserted, --blockRows=1000,"
        + "'Committed rows stay, and the same command inserts them again: delete them first.'"
  })
  void deletesPartFilesAndReportsWhatIsKept(
      String signal, int status, String runner, String table, String option, String kept)
      throws Exception {
    database.execute("DROP TABLE IF EXISTS " + table);
    Path out = Files.writeString(directory.resolve("out.csv"), "earlier\n");
    Path err = Files.createTempFile("interrupted", ".err");
    // A shell in the background makes its children ignore SIGINT.
    List<String> command =
        new ArrayList<>(List.of("env", "--default-signal=INT", ChildJvm.java(), "-Xmx512m"));
    command.addAll(ChildJvm.opens());
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "transfer",
            "--runner=" + runner,
            "--from=jdbc:",
            "--query=" + QUERY,
            "--to=csv:%s,jdbc:%s".formatted(out, table),
            "--commitRows=1000",
            option,
            "--jdbcUrl=" + database.postgres().jdbcUrl(),
            "--jdbcUser=" + database.postgres().user()));
    if (runner.equals("FlinkRunner")) {
      command.addAll(List.of("--flinkMaster=[local]", "--parallelism=1"));
    }
    try (Connection holder = database.connect();
        var statement = holder.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(4712)");
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
      builder.environment().putAll(PgPass.environment());
      Process process = builder.start();
      try {
        assertThat(
                Eventually.within(
                    Duration.ofMinutes(2), () -> !process.isAlive() || partBytes() > 100_000))
            .isTrue();
        assertThat(process.isAlive()).as(Files.readString(err)).isTrue();
        String pid = String.valueOf(process.pid());
        assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();
        assertThat(process.waitFor()).as(Files.readString(err)).isEqualTo(status);
      } finally {
        process.destroyForcibly();
      }
    }

    assertThat(Files.readAllLines(err))
        .containsSubsequence(
            "transfer: interrupted",
            "  %s is unchanged; its part files are deleted".formatted(out),
            "  " + kept);
    assertThat(out).hasContent("earlier\n");
    assertThat(directory.toFile().list()).containsExactly("out.csv");
    Files.delete(err);
  }

  private long partBytes() {
    try (Stream<Path> files = Files.list(directory)) {
      long bytes = 0;
      for (Path file : files.filter(each -> each.toString().contains(".part-")).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
