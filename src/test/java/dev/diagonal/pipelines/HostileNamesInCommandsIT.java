package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command writes to tables and columns of any name, and touches no other. */
@ExtendWith(PostgresExtension.class)
final class HostileNamesInCommandsIT {

  /** A schema of its own: whatever else a name makes a command create is seen there. */
  private static final String SCHEMA = "h\"; drop %s ?";

  private final Path directory;
  private final EdgeDatabase database;

  HostileNamesInCommandsIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createSchema() throws Exception {
    dropSchema();
    database.execute("CREATE SCHEMA " + PostgresSql.quote(SCHEMA));
  }

  @AfterEach
  void dropSchema() throws Exception {
    database.execute(
        "DROP SCHEMA IF EXISTS %s CASCADE; DROP TABLE IF EXISTS added, counted, diagonal_rows"
            .formatted(PostgresSql.quote(SCHEMA)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"; drop table edges; --",
        "%s $1 ? {fn x} \\",
        "$diagonal$",
        "select",
        "Zürich ☃"
      })
  void commandsWriteToTablesOfAnyName(String name) throws Exception {
    String table = SCHEMA + "." + name;
    Path ratings = file("userId,movieId,rating,timestamp\n1,2,3.5,4\n2,2,4.5,4\n");
    run("movie-ratings", "--input=" + ratings, "--jdbcTable=" + table + "1");
    assertThat(rows(name + "1")).isEqualTo(1);
    run(
        "load-edges",
        "--input=" + file("a,b\n1,2\n2,3\n"),
        "--edgesTable=" + table + "2",
        "--nodesTable=" + table + "3");
    assertThat(rows(name + "2")).isEqualTo(2);
    assertThat(rows(name + "3")).isEqualTo(3);
    run(
        "rating-batches",
        "--input=" + ratings,
        "--ratingsTable=" + table + "4",
        "--batchesTable=" + table + "5",
        "--stagingTable=" + table + "6",
        "--jdbcTable=" + table + "7",
        "--userColumn=u" + name,
        "--movieColumn=m" + name,
        "--ratingColumn=r" + name,
        "--idColumn=i" + name);
    assertThat(rows(name + "7")).isEqualTo(1);
    String header = quoted("diagonal_one") + "," + quoted(name) + "," + quoted("found") + "\n";
    run("transfer", "--from=csv:" + file(header + "1,2,x\n3,4,y\n"), "--to=jdbc:" + table + "8");
    assertThat(rows(name + "8")).isEqualTo(2);
    Path out = directory.resolve("out.csv");
    run("transfer", "--from=jdbc:" + table + "8", "--to=csv:" + out);
    assertThat(Files.readAllLines(out)).hasSize(3);
  }

  /** Before, the names of common table expressions and temporary tables hid these tables. */
  @ParameterizedTest
  @ValueSource(strings = {"added", "counted", "diagonal_rows"})
  void edgesGoToTablesNamedLikeOurs(String name) throws Exception {
    run(
        "load-edges",
        "--input=" + file("a,b\n1,2\n2,3\n"),
        "--edgesTable=" + SCHEMA + ".e",
        "--nodesTable=" + name,
        "--targetNodesTable=" + SCHEMA + ".t",
        "--schedule=bipartite");
    assertThat(database.number("SELECT count(*) FROM " + name)).isEqualTo(2);
  }

  private void run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    all.add("--jdbcUser=" + database.postgres().user());
    Launched launched = Launched.with(Main.COMMANDS, all.toArray(String[]::new));
    assertThat(launched.exitCode()).as("%s: %s", all, launched).isEqualTo(ExitCode.DONE);
  }

  private long rows(String table) throws Exception {
    return database.number(
        "SELECT count(*) FROM %s.%s"
            .formatted(PostgresSql.quote(SCHEMA), PostgresSql.quote(table)));
  }

  private static String quoted(String field) {
    return '"' + field.replace("\"", "\"\"") + '"';
  }

  private Path file(String text) throws Exception {
    return Files.writeString(Files.createTempFile(directory, "in", ".csv"), text);
  }
}
