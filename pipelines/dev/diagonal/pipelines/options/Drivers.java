package dev.diagonal.pipelines.options;

import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import dev.diagonal.pipelines.usage.UsageException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;

/** Finds the JDBC driver of a URL before a run needs it. */
final class Drivers {

  /** The jar of a driver, by the name after {@code jdbc:}. */
  private static final Map<String, String> JARS =
      Map.of(
          "mysql", "mysql-connector-j",
          "mariadb", "mariadb-java-client",
          "oracle", "ojdbc11",
          "sqlserver", "mssql-jdbc",
          "h2", "h2",
          "sqlite", "sqlite-jdbc",
          "duckdb", "duckdb_jdbc",
          "snowflake", "snowflake-jdbc",
          "db2", "jcc");

  /** URLs whose driver is in our jar, or is checked by the command that uses it. */
  private static final String OURS = "jdbc:(postgresql|neo4j)[:+].*";

  private Drivers() {}

  /**
   * @throws UsageException if no driver accepts the URL
   */
  static void require(String url) {
    if (url.matches("(?s)" + OURS)) {
      return;
    }
    try {
      Object unused = DriverManager.getDriver(url);
    } catch (SQLException e) {
      String kind = url.replaceFirst("(?s)^jdbc:", "").replaceFirst("(?s):.*", "");
      String jar = JARS.get(kind);
      throw new UsageException(
          "--jdbcUrl: no JDBC driver accepts %s; put %s into lib/ beside bin/, or on the class path"
              .formatted(
                  JdbcUrl.shown(url), jar == null ? "the jar of its driver" : jar + "-VERSION.jar"),
          e);
    }
  }
}
