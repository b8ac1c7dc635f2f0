package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PatientUrl;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What Flink's REST API shows, and does, while a transfer of this process fills a stage. */
@ExtendWith(PostgresExtension.class)
final class FlinkRestIT {

  private static final String SECRET = "never-to-be-seen-4711";
  private static final Duration SOON = Duration.ofMinutes(4);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROWS = 3_000;

  /** Its last row waits for a lock, so that the test decides how long the transfer lasts. */
  private static final String QUERY =
      """
      SELECT id, CASE WHEN id = %1$d THEN (
          SELECT 1 FROM (SELECT pg_advisory_lock_shared(4712)) AS held) END AS last
      FROM generate_series(1, %1$d) AS id"""
          .formatted(ROWS);

  private final Path directory;
  private final EdgeDatabase database;
  private final int restPort = freePort();

  FlinkRestIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  /** What a test does with a job that is held in the middle. */
  private interface Middle {
    void with(String job) throws Exception;
  }

  @Test
  void showsNoPasswordOfAUrl() throws Exception {
    database.execute(
        """
        DO $$ BEGIN CREATE ROLE rest_loader SUPERUSER LOGIN;
        EXCEPTION WHEN duplicate_object THEN END $$;
        ALTER ROLE rest_loader PASSWORD '%s'"""
            .formatted(SECRET));
    String url =
        database.postgres().jdbcUrl() + PatientUrl.OPTIONS + "&user=rest_loader&password=" + SECRET;
    Launched launched =
        holdInTheMiddle(
            List.of("--jdbcUrl=" + url),
            job -> {
              assertThat(get(job + "/config").toString()).contains("jdbc:postgresql://127.0.0.1");
              for (String page :
                  List.of(
                      job,
                      job + "/config",
                      job + "/plan",
                      job + "/accumulators",
                      "/jobs/overview",
                      "/jobmanager/config",
                      "/jobmanager/environment",
                      "/config")) {
                assertThat(get(page).toString()).as(page).doesNotContain(SECRET);
              }
            });
    assertDone(launched);
    assertThat(launched.toString()).doesNotContain(SECRET);
  }

  @Test
  void aBatchTakesNoSavepoint() throws Exception {
    Path savepoints = directory.resolve("savepoints");
    Map<String, String> requests =
        Map.of(
            "savepoints", "{'cancel-job': false, 'target-directory': '%s'}",
            "stop", "{'drain': false, 'targetDirectory': '%s'}",
            "checkpoints", "{'checkpointType': 'FULL'}");
    Launched launched =
        holdInTheMiddle(
            login(),
            job -> {
              for (String what : requests.keySet()) {
                String body = requests.get(what).replace('\'', '"').formatted(savepoints.toUri());
                assertThat(refusalOf(job, what, body)).as(what).contains("not a streaming job");
                assertThat(get(job).path("state").asText()).isEqualTo("RUNNING");
              }
            });
    assertDone(launched);
    assertThat(savepoints).doesNotExist();
  }

  private List<String> login() {
    return List.of(
        "--jdbcUrl=" + database.postgres().jdbcUrl() + PatientUrl.OPTIONS,
        "--jdbcUser=" + database.postgres().user());
  }

  private void assertDone(Launched launched) throws Exception {
    Launched.assertDone(launched);
    assertThat(database.query("SELECT count(*) || ' ' || count(DISTINCT id) FROM rested"))
        .containsExactly(ROWS + " " + ROWS);
    assertThat(database.query("SELECT relname FROM pg_class WHERE relname ~ '^stage_.*_0$'"))
        .isEmpty();
  }

  /** Asks for a savepoint, and returns why there is none. */
  private String refusalOf(String job, String what, String body) throws IOException {
    String asked;
    try {
      asked = Http.send("POST", "http://127.0.0.1:" + restPort + job + "/" + what, body);
    } catch (AssertionError refused) {
      return String.valueOf(refused.getMessage());
    }
    String answer =
        job
            + (what.equals("checkpoints") ? "/checkpoints/" : "/savepoints/")
            + JSON.readTree(asked).path("request-id").asText();
    assertThat(
            Eventually.within(
                SOON, () -> get(answer).path("status").path("id").asText().equals("COMPLETED")))
        .isTrue();
    return get(answer).path("operation").toString();
  }

  private Launched holdInTheMiddle(List<String> login, Middle middle) throws Exception {
    database.execute("DROP TABLE IF EXISTS rested");
    Files.writeString(directory.resolve("flink-conf.yaml"), "rest.bind-port: " + restPort + "\n");
    List<String> args =
        new ArrayList<>(
            List.of(
                "transfer",
                "--from=jdbc:",
                "--query=" + QUERY,
                "--to=jdbc:rested",
                "--transaction=all",
                "--commitRows=500",
                "--runner=FlinkRunner",
                "--flinkMaster=[local]",
                "--parallelism=2",
                "--flinkConfDir=" + directory));
    args.addAll(login);
    try (Connection holder = database.connect();
        var statement = holder.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(4712)");
      CompletableFuture<Launched> running =
          CompletableFuture.supplyAsync(
              () -> Launched.with(Main.COMMANDS, args.toArray(String[]::new)));
      assertThat(Eventually.within(SOON, () -> running.isDone() || isStageFilled())).isTrue();
      assertThat(running).as("%s", running.getNow(null)).isNotDone();
      try {
        middle.with("/jobs/" + get("/jobs").path("jobs").get(0).path("id").asText());
      } catch (RuntimeException fault) {
        throw new AssertionError("the transfer: " + running.getNow(null), fault);
      } finally { // or the next test would wait for this transfer
        statement.execute("SELECT pg_advisory_unlock(4712)");
        running.get(SOON.toSeconds(), TimeUnit.SECONDS);
      }
      return running.get();
    }
  }

  private boolean isStageFilled() {
    List<String> stages =
        database.queryNow(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relname ~"
                + " '^stage_[0-9a-f]{32}_0$'");
    return stages.size() == 1
        && database.numberNow("SELECT count(*) FROM " + stages.get(0)) >= ROWS / 2;
  }

  private JsonNode get(String path) {
    try {
      return JSON.readTree(Http.get("http://127.0.0.1:" + restPort + path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
