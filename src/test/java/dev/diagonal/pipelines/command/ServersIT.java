package dev.diagonal.pipelines.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.ListeningPorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code servers} in a JVM of its own, ended as a terminal or an init system does. */
final class ServersIT {

  private final Path temporary;

  ServersIT(@TempDir Path temporary) throws IOException {
    // For the servers, which need not be this user.
    this.temporary = Files.createDirectory(temporary.resolve("tmp"));
    assertThat(this.temporary.toFile().setExecutable(true, false)).isTrue();
    assertThat(temporary.toFile().setExecutable(true, false)).isTrue();
  }

  @Test
  void printsUrlsAndStopsServersOnTermination() throws Exception {
    Running running = start("servers");
    try {
      assertThat(running.lines())
          .hasSize(7)
          .satisfiesExactly(
              line -> assertThat(line).startsWith("PostgreSQL:    jdbc:postgresql://127.0.0.1:"),
              line ->
                  assertThat(line)
                      .startsWith("               --jdbcUser=postgres --jdbcPasswordFile=/")
                      .endsWith("/password"),
              line ->
                  assertThat(line)
                      .matches(
                          " +PGPASSFILE=/.*/pgpass psql -h 127\\.0\\.0\\.1 -p [0-9]+ -U postgres"),
              line -> assertThat(line).startsWith("Elasticsearch: http://127.0.0.1:"),
              line ->
                  assertThat(line)
                      .isEqualTo("options:       @target/servers.args has those of both servers"),
              line -> assertThat(line).isEqualTo("data:          deleted when they stop"),
              line -> assertThat(line).isEqualTo("Ctrl-C stops them."));
      assertThat(rows(running, "SELECT 1")).containsExactly("1");
      loadTheFileOfTheReadme(running);
      if (ListeningPorts.areKnown()) {
        Set<String> ports = ListeningPorts.of(running.process().toHandle());
        assertThat(ports).hasSizeGreaterThanOrEqualTo(2);
        assertThat(ListeningPorts.open(ports)).isEmpty();
      }
      assertThat(Http.get(running.elasticsearchUrl())).contains("8.7.1");
    } finally {
      running.terminate();
    }
    assertThat(
            Eventually.within(
                Duration.ofMinutes(2),
                () -> isClosed(running.jdbcUrl()) && isClosed(running.elasticsearchUrl())))
        .isTrue();
    assertThat(temporary).isDirectoryNotContaining(path -> path.toString().contains("diagonal-"));
    assertThat(Path.of("target", "servers.args")).doesNotExist();
  }

  private static void loadTheFileOfTheReadme(Running running) throws Exception {
    String command =
        Files.readAllLines(Path.of("README.md")).stream()
            .filter(line -> line.endsWith(" @target/servers.args"))
            .findFirst()
            .orElseThrow()
            .replace("bin/diagonal ", "");
    Launched launched = Launched.with(Main.COMMANDS, command.split(" "));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(rows(running, "SELECT name FROM people WHERE id = 1")).containsExactly("Ada");
    assertThat(Http.get(running.elasticsearchUrl() + "/people/_doc/1")).contains("Ada");
  }

  @Test
  @Tag("large")
  void keepsDataInItsDirectoryOverARestart() throws Exception {
    Path data = temporary.resolve("data");
    Running first = start("servers", "--dataDirectory=" + data);
    try {
      assertThat(first.lines()).contains("data:          " + data);
      execute(first, "CREATE TABLE kept AS SELECT 42 AS answer");
      Http.send("PUT", first.elasticsearchUrl() + "/kept/_doc/1?refresh=true", "{\"answer\": 42}");
    } finally {
      first.terminate();
    }
    Running second = start("servers", "--dataDirectory=" + data);
    try {
      assertThat(rows(second, "SELECT answer FROM kept")).containsExactly("42");
      assertThat(Eventually.within(Duration.ofMinutes(2), () -> isKept(second.elasticsearchUrl())))
          .isTrue();
    } finally {
      second.terminate();
    }
  }

  private static boolean isKept(String elasticsearchUrl) {
    try {
      return Http.get(elasticsearchUrl + "/kept/_doc/1").contains("\"_source\":{\"answer\": 42}");
    } catch (AssertionError notYet) {
      return false;
    }
  }

  private Running start(String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(ChildJvm.java(), "-cp", System.getProperty("java.class.path")));
    command.add("-Ddiagonal.servers=" + System.getProperty("diagonal.servers", "target/servers"));
    command.addAll(List.of("-Djava.io.tmpdir=" + temporary, "-XX:TieredStopAtLevel=1"));
    command.add(Main.class.getName());
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader output = process.inputReader(UTF_8);
    List<String> lines = new ArrayList<>();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      lines.add(line);
      if (line.startsWith("Ctrl-C")) {
        return new Running(process, lines);
      }
    }
    throw new IOException("the servers did not start: " + lines);
  }

  private record Running(Process process, List<String> lines) {
    String jdbcUrl() {
      return lines.get(0).replaceFirst("PostgreSQL: +", "");
    }

    String elasticsearchUrl() {
      return lines.get(3).replaceFirst("Elasticsearch: +", "");
    }

    Connection connect() throws Exception {
      Path password = Path.of(lines.get(1).replaceFirst(".* --jdbcPasswordFile=", ""));
      return DriverManager.getConnection(jdbcUrl(), "postgres", Files.readString(password).strip());
    }

    /** SIGTERM. */
    void terminate() {
      process.destroy();
      process.onExit().join();
    }
  }

  private static boolean isClosed(String url) {
    int port = URI.create(url.replace("jdbc:", "")).getPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return !socket.isConnected();
    } catch (IOException e) {
      return true;
    }
  }

  private static void execute(Running servers, String sql) throws Exception {
    try (Connection connection = servers.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> rows(Running servers, String query) throws Exception {
    List<String> rows = new ArrayList<>();
    try (Connection connection = servers.connect();
        Statement statement = connection.createStatement();
        var result = statement.executeQuery(query)) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    return rows;
  }
}
