package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.pipelines.run.Failure;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries and statements as people write them, for roles as administrators set them up. */
@ExtendWith(PostgresExtension.class)
final class StrangersQueriesIT {

  private final Path directory;
  private final EdgeDatabase database;

  StrangersQueriesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createTables() throws Exception {
    database.execute(
        """
        DROP TABLE IF EXISTS events, edges, nodes CASCADE;
        CREATE TABLE events (id bigint PRIMARY KEY, src bigint, dst bigint, data jsonb);
        INSERT INTO events VALUES (1, 1, 2, '{"paid": true}'), (2, 2, 3, '{"open": true}')
        """);
  }

  private Launched run(String user, String command, String... options) {
    List<String> args = new ArrayList<>(List.of(command));
    args.addAll(List.of(options));
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + user);
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT id FROM events WHERE data ? 'paid'",
        "SELECT id FROM events WHERE data ?| array['paid'] -- paid ones",
        "SELECT id FROM events WHERE data ?& array['paid']; -- paid; ones",
        "SELECT id FROM events WHERE id = 1 /* one; */;",
      })
  void acceptsQuestionMarksCommentsAndSemicolonInQueries(String query) throws Exception {
    Path out = directory.resolve("out.csv");
    assertDone(
        run(
            database.postgres().user(),
            "transfer",
            "--from=jdbc:",
            "--query=" + query,
            "--to=csv:" + out));
    assertThat(Files.readAllLines(out)).containsExactly("id", "1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"transfer --from=jdbc: --to=csv:out.csv --query=", "load-edges --inputQuery="})
  void twoQuestionMarksAreAnotherOperator(String command) {
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    int last = words.size() - 1;
    words.set(last, words.get(last) + "SELECT id, src, dst FROM events WHERE data ?? 'paid'");
    if (last == 1) {
      words.addAll(List.of("--idColumn=id", "--sourceColumn=src", "--targetColumn=dst"));
    }
    Launched launched =
        run(
            database.postgres().user(),
            words.get(0),
            words.subList(1, words.size()).toArray(String[]::new));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err()).anyMatch(line -> line.contains("operator does not exist: jsonb ??"));
  }

  @Test
  void faultsOfQueryNameIt() {
    Launched launched =
        run(
            database.postgres().user(),
            "transfer",
            "--from=jdbc:",
            "--query=SELECT id, 1 / (id - 2) AS share FROM events ORDER BY id",
            "--to=csv:" + directory.resolve("out.csv"));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err())
        .anyMatch(
            line ->
                line.matches(".*a query of \\S+ as \\S+, after row 1: ERROR: division by zero"));
  }

  @Test
  void textThatIsNotUtf8NamesTableAndWayOut() throws Exception {
    database.execute("DROP DATABASE IF EXISTS bytes_only");
    database.execute(
        "CREATE DATABASE bytes_only TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
    String url = database.postgres().jdbcUrl().replaceFirst("/[^/]*$", "/bytes_only");
    try (Connection connection =
            DriverManager.getConnection(
                url, database.postgres().user(), LocalPostgres.passwordOfThisProcess());
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE names AS SELECT 1 AS id, convert_from('\\x636166e9', 'SQL_ASCII') AS name");
    }
    Path out = directory.resolve("out.csv");
    List<String> options =
        List.of("--to=csv:" + out, "--jdbcUrl=" + url, "--jdbcUser=" + database.postgres().user());
    Launched launched = transfer(options, "--from=jdbc:names");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err())
        .anyMatch(line -> line.contains("table names of ") && line.contains("--query="));

    assertDone(
        transfer(
            options,
            "--from=jdbc:",
            "--query=SELECT convert_from(convert(name::bytea, 'LATIN1', 'UTF8'), 'UTF8') AS name FROM names"));
    assertThat(Files.readAllLines(out)).containsExactly("name", "café");
  }

  private static Launched transfer(List<String> options, String... more) {
    List<String> args = new ArrayList<>(List.of("transfer"));
    args.addAll(options);
    args.addAll(List.of(more));
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  @Test
  void queriesOfEdgesMayHoldQuestionMarks() throws Exception {
    assertDone(
        run(
            database.postgres().user(),
            "load-edges",
            "--inputQuery=SELECT id, src, dst FROM events WHERE data ? 'paid'; -- paid",
            "--idColumn=id",
            "--sourceColumn=src",
            "--targetColumn=dst"));
    assertThat(database.query("SELECT edge_id FROM edges")).containsExactly("1");
  }

  @Test
  void statementTimeoutOfRoleDoesNotEndRead() throws Exception {
    database.execute(
        """
        DO $$ BEGIN CREATE ROLE hurried LOGIN PASSWORD '%s';
        EXCEPTION WHEN duplicate_object THEN END $$;
        GRANT SELECT ON events TO hurried; ALTER ROLE hurried SET statement_timeout = '100ms'
        """
            .formatted(LocalPostgres.passwordOfThisProcess()));
    Path out = directory.resolve("out.csv");
    assertDone(
        run(
            "hurried",
            "transfer",
            "--from=jdbc:",
            "--query=SELECT id, pg_sleep(0.2)::text AS slept FROM events",
            "--to=csv:" + out));
    assertThat(Files.readAllLines(out)).hasSize(3);
  }

  @Test
  void settingsOfARoleChangeNoValues() throws Exception {
    database.execute(
        """
        CREATE TABLE IF NOT EXISTS odd (id int PRIMARY KEY, numbers float8[], words text[], at point);
        TRUNCATE odd;
        INSERT INTO odd VALUES (1, '{0.1,0.30000000000000004}', '{NULL,"NULL"}', '(0.1,1.2345678901234567)');
        CREATE TABLE IF NOT EXISTS odd_copy (LIKE odd INCLUDING ALL);
        TRUNCATE odd_copy;
        DO $$ BEGIN CREATE ROLE rounding LOGIN PASSWORD '%s';
        EXCEPTION WHEN duplicate_object THEN END $$;
        GRANT SELECT, INSERT, UPDATE ON odd, odd_copy TO rounding; GRANT CREATE ON SCHEMA public TO rounding;
        ALTER ROLE rounding SET extra_float_digits = '-10'; ALTER ROLE rounding SET array_nulls = 'off'
        """
            .formatted(LocalPostgres.passwordOfThisProcess()));
    Path out = directory.resolve("odd.csv");
    assertDone(run("rounding", "transfer", "--from=jdbc:odd", "--to=csv:" + out));
    assertDone(run("rounding", "transfer", "--from=csv:" + out, "--to=jdbc:odd_copy", "--key=id"));
    assertThat(
            database.number(
                """
                SELECT count(*) FROM odd JOIN odd_copy USING (id)
                WHERE odd.numbers = odd_copy.numbers AND odd.words IS NOT DISTINCT FROM odd_copy.words
                AND odd.at ~= odd_copy.at
                """))
        .isEqualTo(1);
  }

  @Test
  void statementsMayRunOutsideOfATransaction() throws Exception {
    Path plan = directory.resolve("plan.yaml");
    String task =
        """
        connections: {db: {jdbcUrl: "%s", user: %s}}
        tasks:
          - sql: {to: db, transaction: %s, statement: "vacuum analyze events; create index concurrently by_src on events (src); %s"}
        """;
    String url = database.postgres().jdbcUrl();
    String user = database.postgres().user();
    Files.writeString(plan, task.formatted(url, user, "none", ""));
    Launched done = Launched.with(Main.COMMANDS, "transfer", "--plan=" + plan);
    assertDone(done);
    assertThat(database.query("SELECT 'by_src'::regclass::text")).containsExactly("by_src");

    Files.writeString(plan, task.formatted(url, user, "none", "select 1/0"));
    database.execute("DROP INDEX by_src");
    Launched failed = Launched.with(Main.COMMANDS, "transfer", "--plan=" + plan);
    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.out() + "" + failed.err())
        .contains("cannot run statement 3 of 3", "the statements before it took effect");
  }

  @Test
  void aPoolerThatMixesConnectionsUpIsExplained() {
    String twice = "PREPARE \"S_1\" AS SELECT 1; PREPARE \"S_1\" AS SELECT 2";
    SQLException fault = catchThrowableOfType(SQLException.class, () -> database.execute(twice));
    assertThat(Failure.of(fault).hint()).contains("PgBouncer", "prepareThreshold=0");
  }
}
