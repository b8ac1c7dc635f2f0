package dev.diagonal.internal.statement;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Reads what a statement reports about its effect. */
public final class StatementReport {

  private StatementReport() {}

  /**
   * Returns the sums of the whole-number columns, by column name.
   *
   * @param rows the result of the statement, which is read and closed
   */
  public static Map<String, Long> of(ResultSet rows) throws SQLException {
    Map<String, Long> report = new HashMap<>();
    try (rows) {
      ResultSetMetaData columns = rows.getMetaData();
      while (rows.next()) {
        for (int column = 1; column <= columns.getColumnCount(); column++) {
          Object value = rows.getObject(column);
          if (value instanceof Long || value instanceof Integer) {
            add(report, columns.getColumnLabel(column), ((Number) value).longValue());
          }
        }
      }
    }
    return report;
  }

  /** Returns a report of one count. */
  public static Map<String, Long> of(String name, long count) {
    Map<String, Long> report = new HashMap<>();
    add(report, name, count);
    return report;
  }

  /** Adds a count. Drivers return a negative count if it is unknown. */
  public static void add(Map<String, Long> report, String name, long count) {
    if (count > 0) {
      report.merge(name, count, Long::sum);
    }
  }
}
