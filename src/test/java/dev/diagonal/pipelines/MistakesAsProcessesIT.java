package dev.diagonal.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.Mistakes.Mistake;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.PgPass;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rows of {@code mistakes.txt} that are shell commands, as processes of the bundled jar in
 * another directory. They run at the same time, since some wait for servers that never respond.
 */
@Tag("large")
@ExtendWith(PostgresExtension.class)
final class MistakesAsProcessesIT {

  private static final long BOUND_MINUTES = 3;

  @TempDir static Path directory;

  private static final Map<String, Process> PROCESSES = new LinkedHashMap<>();

  private static ServerSocket plainHttp;

  @BeforeAll
  static void startAll() throws IOException {
    Mistakes.writeFiles(directory);
    Files.writeString(
        directory.resolve("many.csv"),
        LongStream.range(0, 2_000_000)
            .mapToObj(i -> i % 1_000 + "," + i % 700 + ",3.5,1")
            .collect(joining("\n", "userId,movieId,rating,timestamp\n", "\n")));
    plainHttp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    CompletableFuture<Void> unused = CompletableFuture.runAsync(MistakesAsProcessesIT::refuseAll);
    for (Mistake each : rows().toList()) {
      PROCESSES.put(each.arguments(), start(each.command()));
    }
  }

  @AfterAll
  static void endAll() throws IOException {
    PROCESSES.values().forEach(process -> process.destroyForcibly().onExit().join());
    plainHttp.close();
  }

  /** Answers to whatever comes as a server of plain HTTP does to TLS. */
  private static void refuseAll() {
    byte[] answer = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".getBytes(UTF_8);
    while (!plainHttp.isClosed()) {
      try (Socket client = plainHttp.accept()) {
        int unused = client.getInputStream().read(new byte[1_000]);
        client.getOutputStream().write(answer);
      } catch (IOException e) {
        // The client or the test has gone.
      }
    }
  }

  static Stream<Mistake> rows() {
    return Mistakes.all().stream().filter(Mistake::isProcess);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void rowsOfTheTable(Mistake mistake) throws Exception {
    Process process = Objects.requireNonNull(PROCESSES.get(mistake.arguments()));
    assertThat(process.waitFor(BOUND_MINUTES, TimeUnit.MINUTES)).isTrue();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertThat(process.exitValue()).as("%s", lines).isEqualTo(mistake.exitCode());
    for (String each : mistake.named()) {
      assertThat(lines).anyMatch(line -> line.contains(each));
    }
    assertThat(lines)
        .as("%s", lines)
        .noneMatch(line -> line.startsWith("\tat ") || line.contains("SLF4J"));
  }

  /** {@code \r} starts the line anew, and so does a line break of the terminal. */
  @Test
  void progressFitsAnyTerminal() throws Exception {
    for (int columns : List.of(20, 40, 120)) {
      Process process =
          start(
              "script -qec 'stty cols %s; D movie-ratings --input=many.csv --output=o%s.csv --targetParallelism=1' /dev/null"
                  .formatted(columns, columns));
      assertThat(process.waitFor(BOUND_MINUTES, TimeUnit.MINUTES)).isTrue();
      String shown = new String(process.getInputStream().readAllBytes(), UTF_8);
      List<String> progress =
          Stream.of(shown.split("[\r\n]+"))
              .filter(line -> line.matches(" *(\\[=* *] )? *[0-9]+ %.*"))
              .toList();
      assertThat(progress).as(shown).isNotEmpty().allMatch(line -> line.length() < columns);
    }
  }

  /** Mistake 52. */
  @Test
  void twoCommandsCreateTheSameTablesAtOnce(LocalPostgres postgres) throws Exception {
    Sql sql = new Sql(JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user()));
    sql.execute("DROP TABLE IF EXISTS both_edges, both_nodes");
    String load =
        "D load-edges --input=edges.csv --edgesTable=both_edges --nodesTable=both_nodes --jdbcUrl=%s --jdbcUser=%s"
            .formatted(postgres.jdbcUrl(), postgres.user());
    Process one = start(load);
    Process other = start(load);
    for (Process each : List.of(one, other)) {
      assertThat(each.waitFor(BOUND_MINUTES, TimeUnit.MINUTES)).isTrue();
      assertThat(each.exitValue())
          .as(new String(each.getInputStream().readAllBytes(), UTF_8))
          .isZero();
    }
    assertThat(sql.query("SELECT source || ',' || target FROM both_edges ORDER BY 1"))
        .containsExactly("1,2", "2,3");
    assertThat(
            sql.query(
                "SELECT id || ',' || out_degree || ',' || in_degree FROM both_nodes ORDER BY 1"))
        .containsExactly("1,1,0", "2,1,1", "3,0,1");
  }

  private static Process start(String command) throws IOException {
    String diagonal =
        "%s -Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -jar %s"
            .formatted(ChildJvm.java(), Path.of(ChildJvm.jar()).toAbsolutePath());
    String line =
        command
            .replace("D64 ", diagonal.replace("-Xmx256m", "-Xmx64m") + " ")
            .replace("D ", diagonal + " ")
            .replace("{http}", "localhost:" + plainHttp.getLocalPort());
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", line)
            .directory(directory.toFile())
            .redirectErrorStream(true);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(PgPass.environment());
    return builder.start();
  }
}
