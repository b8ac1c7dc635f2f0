package dev.diagonal.statement;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.jdbc.table.Column;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Converts the values of a row to Neo4j's types. */
final class CypherValues {

  /** The SQLState of a value that does not fit. */
  static final String OUT_OF_RANGE = "22003";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private CypherValues() {}

  /**
   * Returns a row as a map. JSON columns become lists and maps, UUIDs become text, and decimals
   * become floating-point numbers.
   *
   * @throws SQLException if a floating-point number cannot hold all digits of a number, or Neo4j
   *     has no such value; a fault of the row
   */
  static Map<String, Object> of(List<Column> columns, BoundRow row) throws SQLException {
    Map<String, Object> values = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      String name = columns.get(i).name();
      Object value = row.value(i);
      if (value instanceof String text && columns.get(i).type().startsWith("json")) {
        values.put(name, parsed(name, text));
      } else if (value instanceof String text && !isText(columns.get(i).type())) {
        throw new SQLException(
            "column %s: Neo4j has no %s %s; load the column as text"
                .formatted(name, columns.get(i).type(), text),
            OUT_OF_RANGE);
      } else {
        values.put(name, plain(name, value));
      }
    }
    return values;
  }

  /**
   * Returns whether texts are values of a type. NaN, infinite dates and 24:00, which Java's types
   * cannot hold, arrive as texts too.
   */
  private static boolean isText(String type) {
    return !(type.startsWith("numeric") || type.equals("date") || type.startsWith("time"));
  }

  private static @Nullable Object plain(String column, @Nullable Object value) throws SQLException {
    if (value instanceof BigDecimal decimal) {
      return exact(column, decimal);
    }
    if (value instanceof BigInteger whole) {
      if (whole.bitLength() > 63) {
        throw inexact(column, value);
      }
      return whole.longValue();
    }
    if (value instanceof Integer whole) {
      return whole.longValue();
    }
    if (value instanceof Object[] array) {
      return plain(column, Arrays.asList(array));
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> all = new ArrayList<>(list.size());
      for (Object each : list) {
        all.add(plain(column, each));
      }
      return all;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> all = new HashMap<>();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        all.put(String.valueOf(entry.getKey()), plain(column, entry.getValue()));
      }
      return all;
    }
    return value instanceof UUID ? value.toString() : value;
  }

  private static double exact(String column, BigDecimal decimal) throws SQLException {
    double number = decimal.doubleValue();
    if (Double.isInfinite(number) || BigDecimal.valueOf(number).compareTo(decimal) != 0) {
      throw inexact(column, decimal);
    }
    return number;
  }

  private static SQLException inexact(String column, Object value) {
    return new SQLException(
        "column %s: Neo4j's numbers cannot hold %s exactly; load it as text (--types=%s:text)"
            .formatted(column, value, column),
        OUT_OF_RANGE);
  }

  private static @Nullable Object parsed(String column, String json) throws SQLException {
    try {
      return plain(column, JSON.readValue(json, Object.class));
    } catch (JsonProcessingException e) {
      throw new SQLException("column %s is not JSON".formatted(column), OUT_OF_RANGE, e);
    }
  }
}
