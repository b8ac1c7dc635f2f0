package dev.diagonal.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.ListeningPorts;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No run listens where another machine can reach it. For servers and demo, see their own tests. */
final class OpenPortsIT {

  private static final long POLL_MILLIS = 100;
  private static final String STREAMING =
      " --streaming --pollSeconds=1 --maxBufferingSeconds=1 --endAfterIdleSeconds=1";

  @TempDir private Path directory;

  @BeforeEach
  void needsLinux() {
    assumeTrue(ListeningPorts.areKnown(), "needs /proc");
  }

  @Test
  void seesAPortThatIsOpenToAll() throws IOException {
    try (ServerSocket open = new ServerSocket(0)) {
      assertThat(ListeningPorts.open(ListeningPorts.of(ProcessHandle.current())))
          .anyMatch(address -> address.endsWith(":" + open.getLocalPort()));
    }
  }

  @Test
  void theDirectRunnerListensNowhere() throws Exception {
    assertOnlyPostgresListens("--runner=DirectRunner");
  }

  @Test
  @Tag("large")
  void theDirectRunnerListensNowhereWhenStreaming() throws Exception {
    assertOnlyPostgresListens("--runner=DirectRunner" + STREAMING);
  }

  private void assertOnlyPostgresListens(String options) throws Exception {
    Set<String> ports = portsDuring(options);
    // The embedded PostgreSQL's one.
    assertThat(ports).hasSize(1).allMatch(address -> address.startsWith("127.0.0.1:"));
  }

  @Test
  void flinkInThisProcessListensOnLoopback() throws Exception {
    assertOnlyLoopbackListens("@runner-configs/flink-local.args");
  }

  @Test
  @Tag("large")
  void flinkListensOnLoopbackWhenStreaming() throws Exception {
    assertOnlyLoopbackListens("--runner=FlinkRunner --flinkMaster=[local]" + STREAMING);
  }

  private void assertOnlyLoopbackListens(String options) throws Exception {
    Set<String> ports = portsDuring(options);
    assertThat(ports).hasSizeGreaterThan(1);
    assertThat(ListeningPorts.open(ports)).as("%s of %s", options, ports).isEmpty();
  }

  /** Runs a load into an embedded database; returns all addresses that were open meanwhile. */
  private Set<String> portsDuring(String options) throws Exception {
    Path edges = Files.createDirectory(directory.resolve("edges"));
    new EdgeFiles(300, 0).write(edges, "a", 20_000, 1);
    List<String> command = new ArrayList<>(List.of(ChildJvm.java(), "-XX:TieredStopAtLevel=1"));
    command.addAll(ChildJvm.opens());
    command.add("-Ddiagonal.servers=" + System.getProperty("diagonal.servers", "target/servers"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("load-edges", "--input=" + edges, "--jdbcUrl=embedded"));
    command.addAll(List.of("--edgeColumns=part", "--maxWorkers=2"));
    command.addAll(List.of(options.split(" ")));
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    Set<String> ports = new TreeSet<>();
    try {
      do {
        ports.addAll(ListeningPorts.of(process.toHandle()));
      } while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS));
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(output, UTF_8)).isZero();
    return ports;
  }
}
