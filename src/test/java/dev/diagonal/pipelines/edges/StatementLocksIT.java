package dev.diagonal.pipelines.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.H2Server;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Slot locks that keep the statements of several processes apart. */
@ExtendWith(PostgresExtension.class)
final class StatementLocksIT {

  private static final int EDGES = 4_000;
  private static final int PERSONS = 30;

  /** Of one process. */
  private static final int WORKERS = 4;

  private static final String UPDATE_BOTH_ENDS =
      """
      UPDATE person SET a = CASE WHEN :part = 'a' THEN GREATEST(a, CAST(:edge AS BIGINT)) ELSE a END,
        b = CASE WHEN :part = 'b' THEN GREATEST(b, CAST(:edge AS BIGINT)) ELSE b END
      WHERE id IN (:source, :target)\
      """;

  private final Path directory;

  StatementLocksIT(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void twoJvmsSharingH2RowsSurviveKill() throws Exception {
    try (H2Server server = H2Server.in(directory)) {
      assertExactAfterAKill(server.jdbcUrl("person") + ";LOCK_TIMEOUT=240000");
    }
  }

  private void assertExactAfterAKill(String url) throws Exception {
    Sql h2 = new Sql(JdbcTarget.at(url));
    h2.execute(
        "CREATE TABLE person (id BIGINT PRIMARY KEY, a BIGINT, b BIGINT);"
            + " INSERT INTO person SELECT x, -1, -1 FROM system_range(0, %s);"
                .formatted(PERSONS - 1)
            + " CREATE TABLE diagonal_slots (n INTEGER PRIMARY KEY);"
            + " INSERT INTO diagonal_slots SELECT x FROM system_range(0, 63)");
    Path statement = Files.writeString(directory.resolve("update.sql"), UPDATE_BOTH_ENDS);
    try (Connection holder = DriverManager.getConnection(url)) {
      holder.setAutoCommit(false);
      hold(holder);
      try (CommandJvm killed = CommandJvm.start(directory, args("a", statement, url));
          CommandJvm other = CommandJvm.start(directory, args("b", statement, url))) {
        String blocked =
            "SELECT count(*) FROM information_schema.sessions WHERE blocker_id IS NOT NULL";
        await(() -> number(h2, blocked) > WORKERS); // so both of them write
        holder.rollback();
        await(() -> number(h2, "SELECT least(max(a), max(b)) FROM person") >= 0);
        hold(holder);
        assertThat(number(h2, "SELECT max(a) FROM person")).isLessThan(EDGES - 1);
        killed.kill();
        holder.rollback();
        assertThat(other.await()).as(other.said()).isZero();
        assertThat(other.said()).contains(" 0 retried"); // nor any deadlock
      }
    }
    Launched again =
        Launched.with(List.of(new LoadEdges()), args("a", statement, url).toArray(String[]::new));
    assertThat(again.exitCode()).as(again.toString()).isEqualTo(ExitCode.DONE);
    assertThat(h2.query("SELECT a || ' ' || b FROM person ORDER BY id"))
        .isEqualTo(IntStream.range(0, PERSONS).mapToObj(id -> last(id) + " " + last(id)).toList());
  }

  private List<String> args(String part, Path statement, String url) throws Exception {
    StringBuilder lines = new StringBuilder("edge,source,target,part\n");
    for (int i = 0; i < EDGES; i++) {
      lines.append("%s,%s,%s,%s\n".formatted(i, source(i), target(i), part));
    }
    Path input = Files.writeString(directory.resolve(part + ".csv"), lines);
    return new ArrayList<>(
        List.of(
            "load-edges",
            "--input=" + input,
            "--statement=" + statement,
            "--sourceColumn=source",
            "--targetColumn=target",
            "--batchSize=20",
            "--runner=DirectRunner",
            "--jdbcUrl=" + url));
  }

  private static int source(int edge) {
    return edge * 7 % PERSONS;
  }

  private static int target(int edge) {
    return (edge / 3 * 11 + 5) % PERSONS;
  }

  private static int last(int person) {
    return IntStream.range(0, EDGES)
        .filter(edge -> source(edge) == person || target(edge) == person)
        .max()
        .orElse(-1);
  }

  /** Takes a lock that each transaction needs; the first one is left for the check at the start. */
  private static void hold(Connection holder) throws SQLException {
    try (Statement statement = holder.createStatement()) {
      for (int n = 1; n < 64; n++) {
        statement.execute("SELECT n FROM diagonal_slots WHERE n = %s FOR UPDATE".formatted(n));
      }
    }
  }

  @Test
  void nodesTakeTheLocksOfEdges(LocalPostgres postgres) throws Exception {
    Sql sql = new Sql(JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user()));
    sql.execute(
        "DROP TABLE IF EXISTS person, knows; CREATE TABLE person (id bigint PRIMARY KEY);"
            + " CREATE TABLE knows (source bigint, target bigint)");
    Path nodes = Files.writeString(directory.resolve("nodes.csv"), "id\n1\n2\n");
    Path edges = Files.writeString(directory.resolve("edges.csv"), "source,target\n1,2\n");
    Path person =
        Files.writeString(
            directory.resolve("person.sql"),
            "INSERT INTO person SELECT unnest(:id) ON CONFLICT DO NOTHING");
    Path knows =
        Files.writeString(
            directory.resolve("knows.sql"),
            "INSERT INTO knows SELECT * FROM unnest(:source, :target)");
    CompletableFuture<Launched> load;
    try (Connection holder =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), null);
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      // The locks of all edges, as another process has them for some.
      statement.execute(
          "SELECT pg_advisory_xact_lock(hashtext('diagonal statement '), n)"
              + " FROM generate_series(0, 127) AS n");
      load =
          CompletableFuture.supplyAsync(
              () ->
                  Launched.with(
                      List.of(new LoadEdges()),
                      "load-edges",
                      "--input=" + edges,
                      "--statement=" + knows,
                      "--nodesInput=" + nodes,
                      "--nodesStatement=" + person,
                      "--runner=DirectRunner",
                      "--jdbcUrl=" + postgres.jdbcUrl(),
                      "--jdbcUser=" + postgres.user()));
      await(
          () ->
              number(
                      sql,
                      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
                          + " AND NOT granted")
                  > 0);
      assertThat(sql.query("SELECT count(*) FROM person")).containsExactly("0");
      holder.rollback();
    }
    Launched launched = load.join();
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(sql.query("SELECT count(*) FROM person")).containsExactly("2");
  }

  private static void await(BooleanSupplier condition) {
    assertThat(Eventually.within(Duration.ofMinutes(3), condition)).isTrue();
  }

  private static long number(Sql database, String query) {
    try {
      return Long.parseLong(database.query(query).get(0));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
