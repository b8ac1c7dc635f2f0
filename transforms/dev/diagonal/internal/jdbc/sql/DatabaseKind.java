package dev.diagonal.internal.jdbc.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The kinds of databases that are known by the prefix of their JDBC URL. */
public enum DatabaseKind {
  POSTGRES("PostgreSQL", "jdbc:postgresql:"),
  MARIADB("MariaDB", "jdbc:mariadb:") {

    // A column must never store another value than the one that was sent, whatever the server's
    // defaults. A time zone other than UTC has local times that do not exist. Results wait for as
    // long as the target of a transfer is slow.
    @Override
    public Map<String, String> properties() {
      return Map.of("connectTimeout", "10000"); // milliseconds; also for a server that is silent
    }

    @Override
    List<String> session() {
      return List.of(
          """
          SET SESSION sql_mode = 'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION,ANSI_QUOTES',
            time_zone = '+00:00', innodb_lock_wait_timeout = 30, net_write_timeout = 86400,
            max_statement_time = 0, group_concat_max_len = 1048576,
            sql_select_limit = 18446744073709551615, foreign_key_checks = 1, unique_checks = 1,
            check_constraint_checks = 1""");
    }
  },
  SQLITE("SQLite", "jdbc:sqlite:") {

    @Override
    List<String> session() {
      return List.of("PRAGMA busy_timeout = 30000", "PRAGMA foreign_keys = ON");
    }
  },
  DUCKDB("DuckDB", "jdbc:duckdb:") {

    @Override
    public Map<String, String> properties() {
      return Map.of("jdbc_stream_results", "true");
    }

    @Override
    List<String> session() {
      return List.of("SET TimeZone = 'UTC'");
    }

    @Override
    public boolean isClosing(Exception fault) {
      return String.valueOf(fault.getMessage()).contains("Unique file handle conflict");
    }
  },
  OTHER("another database", "jdbc:");

  private final String title;
  private final String prefix;

  DatabaseKind(String title, String prefix) {
    this.title = title;
    this.prefix = prefix;
  }

  /** Returns the kind of the database of a URL. */
  public static DatabaseKind of(String url) {
    return Arrays.stream(values())
        .filter(kind -> url.startsWith(kind.prefix))
        .findFirst()
        .orElse(OTHER);
  }

  /** Returns the kind of the database of an open connection. */
  public static DatabaseKind of(Connection connection) throws SQLException {
    String url = connection.getMetaData().getURL();
    return url == null ? OTHER : of(url);
  }

  /** Returns its name, as messages show it. */
  public String title() {
    return title;
  }

  /** Returns whether it is a file that the process itself reads and writes, with one writer. */
  public boolean isFile() {
    return this == SQLITE || this == DUCKDB;
  }

  /** Returns the properties of a new connection; those in the URL take precedence. */
  public Map<String, String> properties() {
    return Map.of();
  }

  /** Applies the settings that every session needs. */
  public void prepare(Connection opened) throws SQLException {
    try (Statement statement = opened.createStatement()) {
      for (String each : session()) {
        statement.execute(each);
      }
    }
  }

  /** Returns whether a file cannot be opened because this process is just closing it. */
  public boolean isClosing(Exception fault) {
    return false;
  }

  List<String> session() {
    return List.of();
  }
}
