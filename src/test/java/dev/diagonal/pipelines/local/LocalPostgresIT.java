package dev.diagonal.pipelines.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PostgresExtension.class)
final class LocalPostgresIT {

  @Test
  void hasStatedVersionAndSettings(LocalPostgres postgres) throws SQLException {
    assertThat(query(postgres, "SHOW server_version")).startsWith("16.");
    assertThat(query(postgres, "SHOW max_connections")).isEqualTo("100");
    assertThat(query(postgres, "SHOW shared_buffers")).isEqualTo("256MB");
    assertThat(query(postgres, "SHOW max_wal_size")).isEqualTo("4GB");
    assertThat(query(postgres, "SHOW track_commit_timestamp")).isEqualTo("on");
    assertThat(query(postgres, "SHOW fsync")).isEqualTo("off");
    assertThat(query(postgres, "SHOW synchronous_commit")).isEqualTo("on");
    assertThat(query(postgres, "SHOW full_page_writes")).isEqualTo("off");
    assertThat(query(postgres, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
    assertThat(query(postgres, "SHOW server_encoding")).isEqualTo("UTF8");
    assertThat(query(postgres, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'"))
        .isEqualTo("C");
  }

  @Test
  void settingsOfOursAreOverruled() throws SQLException {
    try (LocalPostgres postgres =
        LocalPostgres.configure()
            .withSetting("max_connections", "7")
            .withSetting("work_mem", "9MB")
            .start()) {
      assertThat(query(postgres, "SHOW max_connections")).isEqualTo("7");
      assertThat(query(postgres, "SHOW work_mem")).isEqualTo("9MB");
    }
  }

  @Test
  void refusesWhoDoesNotKnowThePassword(LocalPostgres postgres) throws SQLException {
    for (String guess : List.of("postgres", "x")) {
      assertThatThrownBy(
              () -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), guess))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }
    assertThat(query(postgres, "SHOW unix_socket_directories")).isEmpty();
    assertThat(
            query(postgres, "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"))
        .isEqualTo("scram-sha-256");
  }

  @Test
  void itsSuperuserHasNoRightOfRoots(LocalPostgres postgres) throws SQLException {
    update(postgres, "DROP TABLE IF EXISTS ids; CREATE TABLE ids (id text)");
    update(postgres, "COPY ids FROM PROGRAM 'id -u; cut -d \" \" -f 1,2 /proc/self/uid_map'");
    assertThat(query(postgres, "SELECT count(*) FROM ids WHERE id = '0'")).isEqualTo("0");
    assertThatThrownBy(() -> query(postgres, "SELECT pg_read_file('/etc/shadow')"))
        .hasMessageContaining("Permission denied");
    assertThatThrownBy(() -> update(postgres, "COPY ids FROM PROGRAM 'cat /etc/shadow'"))
        .hasMessageContaining("failed");
  }

  @Test
  void itsFilesArePrivate(LocalPostgres postgres) throws IOException {
    assertThat(permissions(postgres.directory().path().resolve("data"))).isEqualTo("rwx------");
    // Under root the server passes through, and cannot list or change it.
    assertThat(permissions(postgres.directory().path())).isIn("rwx------", "rwx--x--x");
    assertThat(permissions(postgres.passwordFile())).isEqualTo("rw-------");
    assertThat(permissions(postgres.pgpassFile())).isEqualTo("rw-------");
    assertThat(postgres.passwordFile()).hasContent(postgres.password());
    assertThat(postgres.pgpassFile())
        .hasContent("127.0.0.1:%d:*:postgres:%s".formatted(postgres.port(), postgres.password()));
  }

  @Test
  void closesADirectoryOfAnOlderVersion(@TempDir Path directory) throws Exception {
    var setup = LocalPostgres.configure().withDataDirectory(directory);
    try (LocalPostgres postgres = setup.start()) {
      update(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
      update(postgres, "ALTER ROLE postgres PASSWORD NULL");
    }
    Files.delete(directory.resolve("password"));
    Files.writeString(directory.resolve("data/pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
    if (Files.getAttribute(directory, "unix:uid").equals(0)) {
      Finished.run(List.of("chown", "-R", "0:0", directory.toString()));
    }
    String password;
    try (LocalPostgres postgres = setup.start()) {
      password = postgres.password();
      assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
      assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), "postgres", "x"))
          .hasMessageContaining("password authentication failed");
    }
    try (LocalPostgres postgres = setup.start()) {
      assertThat(postgres.password()).isEqualTo(password);
      assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void leavesNothingWhenClosed() {
    LocalPostgres postgres = LocalPostgres.start();
    Path directory = postgres.directory().path();
    String url = postgres.jdbcUrl();
    assertThat(directory.resolve("data/PG_VERSION")).exists();

    postgres.close();
    postgres.close();

    assertThat(directory).doesNotExist();
    assertThatThrownBy(() -> DriverManager.getConnection(url, LocalPostgres.USER, null))
        .hasMessageContaining("refused");
    assertThatThrownBy(postgres::restart).hasMessage("LocalPostgres is closed");
  }

  @Test
  void keepsItsDataInTheGivenDirectory(@TempDir Path directory) throws SQLException {
    assertThat(directory.toFile().setExecutable(true, false)).isTrue(); // for root's nobody
    var setup = LocalPostgres.configure().withDataDirectory(directory.resolve("not yet/there"));
    try (LocalPostgres postgres = setup.start()) {
      assertThat(query(postgres, "SHOW fsync")).isEqualTo("on");
      update(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
    }
    try (LocalPostgres postgres = setup.start()) {
      assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
    }
  }

  @Test
  void refusesADataDirectoryInUse(@TempDir Path directory) {
    var setup = LocalPostgres.configure().withDataDirectory(directory);
    try (LocalPostgres postgres = setup.start()) {
      assertThatThrownBy(setup::start)
          .isInstanceOf(EmbeddedServersException.class)
          .hasMessageContaining(directory + " is in use by another running server");
      assertThat(postgres.port()).isPositive();
    }
  }

  @Test
  void restartsOnSamePortAfterKill() throws SQLException {
    try (LocalPostgres postgres = LocalPostgres.start()) {
      update(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
      // Unlogged tables are emptied by a crash, and by nothing else.
      update(postgres, "CREATE UNLOGGED TABLE crashed AS SELECT 1 AS row");
      String url = postgres.jdbcUrl();

      postgres.kill();
      assertThatThrownBy(() -> query(postgres, "SELECT 1")).isInstanceOf(SQLException.class);
      postgres.restart();

      assertThat(postgres.jdbcUrl()).isEqualTo(url);
      assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
      assertThat(query(postgres, "SELECT count(*) FROM crashed")).isEqualTo("0");
      assertThat(postgres.log()).contains("was not properly shut down");
    }
  }

  @Test
  void restartsARunningServer() throws SQLException {
    try (LocalPostgres postgres = LocalPostgres.start()) {
      update(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
      String startedBefore = query(postgres, "SELECT pg_postmaster_start_time()");

      postgres.restart();

      assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
      assertThat(query(postgres, "SELECT pg_postmaster_start_time()")).isNotEqualTo(startedBefore);
    }
  }

  @Test
  void showsServerOutputWhenStartFails(@TempDir Path directory) {
    var setup = LocalPostgres.configure().withSetting("shared_buffers", "plenty");
    assertThatThrownBy(() -> setup.withDataDirectory(directory).start())
        .isInstanceOf(EmbeddedServersException.class)
        .hasMessageContaining("ended with exit code 1")
        .hasMessageContaining("bin/postgres -D ")
        .hasMessageContaining("FATAL:  invalid value for parameter \"shared_buffers\": \"plenty\"");
    // Its directory is free again.
    try (LocalPostgres postgres = LocalPostgres.configure().withDataDirectory(directory).start()) {
      assertThat(postgres.port()).isPositive();
    }
  }

  @Test
  void removesTemporaryDirectoryWhenStartFails() {
    assertThatThrownBy(
            () -> LocalPostgres.configure().withSetting("shared_buffers", "plenty").start())
        .hasMessageMatching("(?s).*log \\((.*diagonal-postgres-.*)\\):.*")
        .satisfies(
            e -> {
              String log =
                  String.valueOf(e.getMessage()).replaceAll("(?s).*log \\((.*?)\\):.*", "$1");
              assertThat(Path.of(log)).hasFileName("server.log");
              assertThat(Files.exists(Path.of(log).getParent())).isFalse();
            });
  }

  private static String query(LocalPostgres postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static void update(LocalPostgres postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(LocalPostgres postgres) throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }
}
