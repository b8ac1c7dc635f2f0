package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.jdbc.table.IndexProgress;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.TableGate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the progress of a transfer shows after all rows are read. */
@ExtendWith(PostgresExtension.class)
final class TransferPhasesIT {

  private static final Duration BOUND = Duration.ofMinutes(2);

  private final Path directory;
  private final EdgeDatabase database;

  TransferPhasesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  @AfterEach
  void dropTables() throws SQLException {
    database.execute(
        "DROP EVENT TRIGGER IF EXISTS phase_gate; DROP TABLE IF EXISTS phase_a, phase_b CASCADE");
  }

  private CommandJvm start(List<String> args) throws IOException {
    Files.writeString(directory.resolve("in.csv"), "id\n1\n2\n");
    return CommandJvm.start(directory, args);
  }

  private static void awaitLine(CommandJvm jvm, String part) throws IOException {
    assertThat(
            Eventually.within(
                BOUND,
                () -> {
                  try {
                    return jvm.said().contains(part) || !jvm.process().isAlive();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }))
        .isTrue();
    assertThat(jvm.said()).contains(part);
  }

  private Connection closeGate() throws SQLException {
    Connection gate = database.connect();
    gate.setAutoCommit(false);
    try (Statement statement = gate.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(4711)");
    }
    return gate;
  }

  @Test
  void theKeysThatAreMadeAreNamed() throws Exception {
    database.execute(
        """
        CREATE OR REPLACE FUNCTION phase_gate() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF current_query() LIKE 'ALTER TABLE "phase_%' THEN
            PERFORM pg_advisory_xact_lock_shared(4711);
          END IF;
        END $$;
        CREATE EVENT TRIGGER phase_gate ON ddl_command_start EXECUTE FUNCTION phase_gate();
        """);
    try (Connection gate = closeGate();
        CommandJvm jvm =
            start(
                List.of(
                    "transfer",
                    "--from=csv:" + directory.resolve("in.csv"),
                    "--to=jdbc:phase_a,jdbc:phase_b",
                    "--key=id",
                    "--mode=insert",
                    "--indexes=after",
                    "--jdbcUrl=" + database.postgres().jdbcUrl(),
                    "--jdbcUser=" + database.postgres().user()))) {
      awaitLine(jvm, "making the primary keys (0 of 2 made, now ");
      assertThat(jvm.said()).contains("phase_a").contains("phase_b");
      gate.rollback();
      assertThat(jvm.await()).as(jvm.said()).isEqualTo(ExitCode.DONE.status());
    }
  }

  @Test
  void aGroupNamesTheTableThatItPublishes() throws Exception {
    database.execute("CREATE TABLE phase_a (id int); CREATE TABLE phase_b (id int)");
    TableGate gate = TableGate.behind(database, "phase_b");
    Path plan =
        Files.writeString(
            directory.resolve("plan.yaml"),
            """
            connections: {db: {jdbcUrl: "%s", user: %s}}
            tasks:
              - sequence:
                  - transfer: {from: {csv: in.csv}, to: {jdbc: db, table: phase_a}}
                  - transfer: {from: {csv: in.csv}, to: {jdbc: db, table: phase_b}}
                name: both
                transaction: all
            """
                .formatted(database.postgres().jdbcUrl(), database.postgres().user()));
    try (Connection closed = gate.close();
        CommandJvm jvm = start(List.of("transfer", "--plan=" + plan))) {
      awaitLine(jvm, "publishing the tables (writing phase_b, 2 of 2)");
      closed.rollback();
      assertThat(jvm.await()).as(jvm.said()).isEqualTo(ExitCode.DONE.status());
      assertThat(jvm.said()).containsPattern("\nboth +running +4 read +4 written");
    }
  }

  @Test
  void interruptedPublicationIsNotCalledUnchanged() throws Exception {
    database.execute("CREATE TABLE phase_b (id int)");
    TableGate gate = TableGate.behind(database, "phase_b");
    try (Connection closed = gate.close();
        CommandJvm jvm =
            start(
                List.of(
                    "transfer",
                    "--from=csv:" + directory.resolve("in.csv"),
                    "--to=jdbc:phase_b",
                    "--transaction=all",
                    "--jdbcUrl=" + database.postgres().jdbcUrl(),
                    "--jdbcUser=" + database.postgres().user()))) {
      awaitLine(jvm, "publishing the tables (");
      jvm.process().destroy();
      awaitLine(jvm, "either all rows are committed or none");
      assertThat(jvm.said()).doesNotContain("unchanged");
      closed.rollback();
    }
  }

  /** Building the index waits at the row of id 600, with two or more of its five pages read. */
  @Test
  void theServerReportsHowFarAnIndexIs() throws Exception {
    database.execute(
        """
        CREATE TABLE phase_a AS SELECT i AS id FROM generate_series(1, 1000) AS i;
        CREATE OR REPLACE FUNCTION phase_id(id int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
        BEGIN
          IF id = 600 THEN
            PERFORM pg_advisory_xact_lock_shared(4711);
          END IF;
          RETURN id;
        END $$;
        """);
    assertThat(new IndexProgress(database.target(), "phase_a").now()).isEmpty();
    CompletableFuture<Void> index;
    try (Connection gate = closeGate()) {
      index =
          CompletableFuture.runAsync(
              () -> {
                try {
                  database.execute("CREATE INDEX ON phase_a (phase_id(id))");
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(
              Eventually.within(
                  BOUND,
                  () ->
                      new IndexProgress(database.target(), "phase_a")
                          .now()
                          .matches("scanning table, [2-9][0-9] %")))
          .isTrue();
      gate.rollback();
    }
    index.join();
  }
}
