package dev.diagonal.pipelines.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.SlowTransactions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Runs of {@code load-edges} in small batches that take their time, so that tests can step in.
 *
 * @param database where the edges go
 * @param slow what makes each transaction last
 */
public record LoadEdgesRun(EdgeDatabase database, SlowTransactions slow) {

  static final Duration SOON = Duration.ofMinutes(4);

  static final String DIRECT = "--runner=DirectRunner";
  static final String FLINK = "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2";

  private static final int TRANSACTION_MILLIS = 10;

  /** Creates the tables anew and makes transactions slow. */
  public static LoadEdgesRun on(EdgeDatabase database) throws SQLException, InterruptedException {
    database.createTables("part");
    return new LoadEdgesRun(database, SlowTransactions.in(database, TRANSACTION_MILLIS));
  }

  public List<String> options(Path input, String... more) {
    List<String> options = new ArrayList<>(List.of("--input=" + input, "--edgeColumns=part"));
    options.addAll(List.of("--batchSize=100", "--jdbcUser=" + database.postgres().user()));
    options.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    Stream.of(more).flatMap(words -> Stream.of(words.split(" "))).forEach(options::add);
    return options;
  }

  /** Runs it here, to its end. */
  public Launched run(Path input, String... more) {
    List<String> args = new ArrayList<>(List.of("load-edges"));
    args.addAll(options(input, more));
    return Launched.with(List.of(new LoadEdges()), args.toArray(String[]::new));
  }

  CompletableFuture<Launched> begin(Path input, String... more) {
    return CompletableFuture.supplyAsync(() -> run(input, more));
  }

  /** Runs it in a JVM of its own, on a port of this machine. */
  CommandJvm begin(Path directory, int port, Path input, String... more) throws IOException {
    String url = database.postgres().jdbcUrl();
    List<String> options = options(input, more);
    options.set(
        options.indexOf("--jdbcUrl=" + url),
        "--jdbcUrl=" + url.replace(":" + database.postgres().port(), ":" + port));
    options.add(0, "load-edges");
    return CommandJvm.start(directory, options);
  }

  /**
   * Stops all transactions before their commits, until what is returned is closed: those that come
   * are at the gate then, or waiting for the slot locks of one that is.
   */
  Connection holdFromTheStart() throws SQLException {
    return slow.hold();
  }

  /**
   * Waits until more than this many sessions of writers wait for the gate, or for one that does.
   */
  void awaitMoreThan(int sessions) {
    String stopped =
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE application_name = 'diagonal' AND wait_event_type = 'Lock'""";
    assertThat(Eventually.within(SOON, () -> database.numberNow(stopped) > sessions))
        .as("more than %d sessions", sessions)
        .isTrue();
  }

  /**
   * Waits until so many edges of each part are there, then stops all transactions before their
   * commits, until what is returned is closed.
   */
  public Connection holdInTheMiddle(long edges, String... parts) throws SQLException {
    for (String part : parts) {
      String count = "SELECT count(*) FROM edges WHERE part = '" + part + "'";
      assertThat(Eventually.within(SOON, () -> database.numberNow(count) >= edges))
          .as("%d edges of part %s", edges, part)
          .isTrue();
    }
    Connection gate = slow.hold();
    // Those that write are at the gate, or waiting for one that is.
    assertThat(Eventually.within(SOON, () -> !heldSessions().isEmpty())).isTrue();
    return gate;
  }

  /** Returns the server processes of writers that wait with all their work done. */
  public List<String> heldSessions() {
    try {
      return database.query(
          """
          SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
          WHERE locktype = 'advisory' AND objsubid = 1 AND NOT granted
            AND application_name = 'diagonal'""");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  public void assertExact(long edges) throws SQLException {
    assertThat(database.edges()).isEqualTo(edges);
    assertThat(database.wrongNodes()).isEmpty();
  }
}
