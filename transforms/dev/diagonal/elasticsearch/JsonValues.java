package dev.diagonal.elasticsearch;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Map;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * Formats values as JSON: numbers as they are, decimals without an exponent, bytes in base 64, rows
 * and maps as objects, collections and arrays as arrays, and all others (instants, dates, UUIDs,
 * enums) by their {@code toString}, which is ISO 8601 for the times of Java and Joda.
 */
final class JsonValues {

  private JsonValues() {}

  static void write(Row row, JsonGenerator json) throws IOException {
    json.writeStartObject();
    Schema schema = row.getSchema();
    for (int i = 0; i < schema.getFieldCount(); i++) {
      json.writeFieldName(schema.getField(i).getName());
      write(row.<@Nullable Object>getValue(i), json);
    }
    json.writeEndObject();
  }

  static void write(Map<?, ?> map, JsonGenerator json) throws IOException {
    json.writeStartObject();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      json.writeFieldName(String.valueOf(entry.getKey()));
      write(entry.getValue(), json);
    }
    json.writeEndObject();
  }

  private static void write(@Nullable Object value, JsonGenerator json) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Boolean yes) {
      json.writeBoolean(yes);
    } else if (value instanceof BigDecimal decimal) {
      json.writeNumber(decimal.toPlainString());
    } else if (value instanceof BigInteger integer) {
      json.writeNumber(integer);
    } else if (value instanceof Double || value instanceof Float) {
      writeFloating(((Number) value).doubleValue(), value.toString(), json);
    } else if (value instanceof Number number) {
      json.writeNumber(number.longValue());
    } else if (value instanceof byte[] bytes) {
      json.writeBinary(bytes);
    } else if (value instanceof Row row) {
      write(row, json);
    } else if (value instanceof Map<?, ?> map) {
      write(map, json);
    } else if (value instanceof Iterable<?> values) {
      writeAll(values, json);
    } else if (value instanceof Object[] values) {
      writeAll(Arrays.asList(values), json);
    } else {
      json.writeString(value.toString());
    }
  }

  private static void writeFloating(double value, String text, JsonGenerator json)
      throws IOException {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("JSON has no number for " + text);
    }
    json.writeNumber(text);
  }

  private static void writeAll(Iterable<?> values, JsonGenerator json) throws IOException {
    json.writeStartArray();
    for (Object value : values) {
      write(value, json);
    }
    json.writeEndArray();
  }
}
