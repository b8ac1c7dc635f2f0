package dev.diagonal.internal.jdbc.connection;

import dev.diagonal.internal.metrics.RunRecorder;
import dev.diagonal.jdbc.connection.Connector;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a PostgreSQL server has counted, for the report of a run. */
final class DatabaseFigures {

  private static final String QUERY =
      """
      SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
               ELSE pg_current_wal_lsn() END, '0/0')::bigint AS wal_bytes,
             xact_commit AS transactions_committed, xact_rollback AS transactions_rolled_back,
             deadlocks, temp_bytes AS temporary_file_bytes
      FROM pg_stat_database WHERE datname = current_database()
      """;

  private DatabaseFigures() {}

  /** Notes that a run uses a PostgreSQL database, which has just been connected to. */
  static void note(Connector database) {
    RunRecorder.server(database.name(), () -> read(database));
  }

  private static Map<String, Long> read(Connector database) throws SQLException {
    Map<String, Long> figures = new LinkedHashMap<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(QUERY)) {
      ResultSetMetaData columns = result.getMetaData();
      while (result.next()) {
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          figures.put(columns.getColumnLabel(i), result.getLong(i));
        }
      }
    }
    return figures;
  }
}
