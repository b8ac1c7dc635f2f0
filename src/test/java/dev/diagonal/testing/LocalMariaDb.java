package dev.diagonal.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real MariaDB on a random loopback port, where it is installed. Its data ends with it. */
public final class LocalMariaDb implements AutoCloseable {

  /** Why a test is skipped. */
  public static final String MISSING =
      "MariaDB is not installed, so nothing is tested with it: apt-get install mariadb-server-core mariadb-client-core";

  private static final List<String> PLACES = List.of("/usr/sbin/mariadbd", "/usr/sbin/mysqld");

  private final Process process;
  private final Path directory;
  private final int port;
  private final String password;

  private LocalMariaDb(Process process, Path directory, int port, String password) {
    this.process = process;
    this.directory = directory;
    this.port = port;
    this.password = password;
  }

  /** Whether it is installed. */
  public static boolean isInstalled() {
    return binary().isPresent();
  }

  private static Optional<String> binary() {
    return PLACES.stream().filter(place -> Files.isExecutable(Path.of(place))).findFirst();
  }

  /** Starts one, as user nobody if this is root's process. */
  public static LocalMariaDb start() {
    try {
      Path directory = Files.createTempDirectory("mariadb");
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
      int port;
      try (ServerSocket socket = new ServerSocket(0)) {
        port = socket.getLocalPort();
      }
      String password = UUID.randomUUID().toString();
      Path users =
          Files.writeString(
              directory.resolve("users.sql"),
              """
              CREATE DATABASE test;
              CREATE USER loader@'127.0.0.1' IDENTIFIED BY '%s';
              GRANT ALL ON *.* TO loader@'127.0.0.1';
              """
                  .formatted(password));
      String data = "--datadir=" + directory.resolve("data");
      Path log = directory.resolve("log");
      Process install =
          AsNobody.start(
              log, List.of("mariadb-install-db", "--no-defaults", "--skip-test-db", data));
      if (install.waitFor() != 0) {
        throw new IOException(Files.readString(log));
      }
      Process server =
          AsNobody.start(
              log,
              List.of(
                  binary().orElseThrow(),
                  "--no-defaults",
                  data,
                  "--port=" + port,
                  "--bind-address=127.0.0.1",
                  "--skip-name-resolve",
                  "--socket=" + directory.resolve("socket"),
                  "--init-file=" + users,
                  "--innodb-flush-log-at-trx-commit=0",
                  "--innodb-buffer-pool-size=64M",
                  // A session must not depend on it.
                  "--sql-mode=",
                  "--default-time-zone=+05:00"));
      LocalMariaDb started = new LocalMariaDb(server, directory, port, password);
      if (!Eventually.within(Duration.ofMinutes(2), started::answers)) {
        started.close();
        throw new IOException(Files.readString(log));
      }
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean answers() {
    try (Connection connection = DriverManager.getConnection(jdbcUrl())) {
      return connection.isValid(5);
    } catch (SQLException e) {
      return false;
    }
  }

  /** Returns the URL of an empty database, with user and password. */
  public String jdbcUrl() {
    return "jdbc:mariadb://127.0.0.1:%s/test?user=loader&password=%s".formatted(port, password);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      List<Path> files = new ArrayList<>();
      try (Stream<Path> walk = Files.walk(directory)) {
        walk.forEach(files::add);
      }
      for (int i = files.size() - 1; i >= 0; i--) {
        Files.deleteIfExists(files.get(i));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
