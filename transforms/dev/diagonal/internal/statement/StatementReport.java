package dev.diagonal.internal.statement;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
          add(report, columns.getColumnLabel(column), whole(value));
        }
      }
    }
    return report;
  }

  /** Returns a whole number, such as a {@code sum} of type {@code numeric}; -1 for other values. */
  private static long whole(@Nullable Object value) {
    if (value instanceof BigDecimal decimal) {
      return decimal.stripTrailingZeros().scale() <= 0 ? bounded(decimal.toBigInteger()) : -1;
    }
    if (value instanceof BigInteger number) {
      return bounded(number);
    }
    return value instanceof Long
            || value instanceof Integer
            || value instanceof Short
            || value instanceof Byte
        ? ((Number) value).longValue()
        : -1;
  }

  private static long bounded(BigInteger number) {
    return number.bitLength() < Long.SIZE ? number.longValue() : -1;
  }

  /** Returns a report of one count. */
  public static Map<String, Long> of(String name, long count) {
    Map<String, Long> report = new HashMap<>();
    add(report, name, count);
    return report;
  }

  /** Adds a count, which may be 0. Drivers return a negative count if it is unknown. */
  public static void add(Map<String, Long> report, String name, long count) {
    if (count >= 0) {
      report.merge(name, count, Long::sum);
    }
  }
}
