package dev.diagonal.jdbc;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.internal.jdbc.table.ArrayText;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.jdbc.table.Table;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.LogicalType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.UuidLogicalType;
import org.apache.beam.sdk.values.Row;
import org.joda.time.ReadableInstant;
import org.jspecify.annotations.Nullable;

/**
 * Derives PostgreSQL tables and binders for Beam's rows from their schema.
 *
 * <p>Numbers, texts, booleans and bytes have the corresponding column types. {@code DATETIME} and
 * Java instants are {@code timestamp with time zone}; dates, times and local timestamps have those
 * types; UUIDs are {@code uuid}. Arrays of these are arrays. Maps, nested rows and arrays of them
 * are {@code jsonb}. Other logical types are treated as their base types.
 */
public final class SchemaRows {

  private static final ObjectMapper JSON = new ObjectMapper();

  private SchemaRows() {}

  /**
   * Returns a table with one column per field; fields that are not nullable are {@code NOT NULL} if
   * it is created.
   *
   * @param key the fields of the key; none for a table that is only inserted into
   * @throws IllegalArgumentException if a field of the key is not in the schema or nullable
   */
  public static Table table(String name, Schema schema, String... key) {
    Set<String> keys = Set.of(key);
    for (String field : keys) {
      checkArgument(schema.hasField(field), "key field '%s' must be in the schema", field);
      checkArgument(
          !schema.getField(field).getType().getNullable(),
          "key field '%s' must not be nullable",
          field);
    }
    return new Table(
        name,
        schema.getFields().stream()
            .map(
                field -> {
                  String type = sqlType(field.getType());
                  return keys.contains(field.getName())
                      ? Column.key(field.getName(), type)
                      : Column.of(
                          field.getName(),
                          field.getType().getNullable() ? type : type + " NOT NULL");
                })
            .toList());
  }

  /** Returns a binder of the fields of rows of this schema, in order. */
  public static RowBinder<Row> binder(Schema schema) {
    return new FieldBinder(
        schema,
        schema.getFields().stream()
            .map(field -> sqlType(field.getType()).equals("jsonb"))
            .toList());
  }

  private record FieldBinder(Schema schema, List<Boolean> isJson) implements RowBinder<Row> {
    @Override
    public void bind(Row row, RowValues values) throws Exception {
      for (int i = 0; i < isJson.size(); i++) {
        Object value = plain(schema.getField(i).getType(), row.getValue(i));
        if (isJson.get(i) && value != null) {
          values.putText(toJson(value));
        } else {
          values.putObject(value);
        }
      }
    }
  }

  private static String sqlType(FieldType type) {
    return switch (type.getTypeName()) {
      case BYTE, INT16 -> "smallint";
      case INT32 -> "integer";
      case INT64 -> "bigint";
      case FLOAT -> "real";
      case DOUBLE -> "double precision";
      case DECIMAL -> "numeric";
      case STRING -> "text";
      case BOOLEAN -> "boolean";
      case BYTES -> "bytea";
      case DATETIME -> "timestamp with time zone";
      case ARRAY, ITERABLE -> {
        String element = sqlType(elementOf(type));
        yield element.equals("jsonb") || element.endsWith("[]") ? "jsonb" : element + "[]";
      }
      case MAP, ROW -> "jsonb";
      case LOGICAL_TYPE -> sqlType(logical(type));
    };
  }

  private static String sqlType(LogicalType<?, ?> type) {
    if (type instanceof FixedPrecisionNumeric) {
      return "numeric";
    }
    return switch (type.getIdentifier()) {
      case UuidLogicalType.IDENTIFIER -> "uuid";
      case "beam:logical_type:date:v1" -> "date";
      case "beam:logical_type:time:v1" -> "time";
      case "beam:logical_type:datetime:v1" -> "timestamp";
      case "beam:logical_type:micros_instant:v1", "beam:logical_type:nanos_instant:v1" ->
          "timestamp with time zone";
      default -> sqlType(type.getBaseType());
    };
  }

  /** Returns the value as one of the classes that {@link RowValues} accepts, or a map of them. */
  private static @Nullable Object plain(FieldType type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (type.getTypeName()) {
      case DATETIME -> Instant.ofEpochMilli(((ReadableInstant) value).getMillis());
      case ARRAY, ITERABLE -> {
        List<@Nullable Object> elements = new ArrayList<>();
        ((Iterable<?>) value).forEach(element -> elements.add(plain(elementOf(type), element)));
        yield elements;
      }
      case MAP -> {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        FieldType valueType = Objects.requireNonNull(type.getMapValueType());
        ((Map<?, ?>) value)
            .forEach((key, entry) -> entries.put(String.valueOf(key), plain(valueType, entry)));
        yield entries;
      }
      case ROW -> {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        Row row = (Row) value;
        for (Schema.Field field : row.getSchema().getFields()) {
          fields.put(field.getName(), plain(field.getType(), row.getValue(field.getName())));
        }
        yield fields;
      }
      case LOGICAL_TYPE -> plainLogical(logical(type), value);
      default -> value;
    };
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static @Nullable Object plainLogical(LogicalType type, Object value) {
    boolean known =
        value instanceof Instant
            || value instanceof LocalDate
            || value instanceof LocalTime
            || value instanceof LocalDateTime
            || value instanceof UUID
            || value instanceof BigDecimal;
    return known ? value : plain(type.getBaseType(), type.toBaseType(value));
  }

  private static String toJson(Object value) throws JsonProcessingException {
    return JSON.writeValueAsString(jsonValue(value));
  }

  private static @Nullable Object jsonValue(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> entries = new LinkedHashMap<>();
      map.forEach((key, entry) -> entries.put(String.valueOf(key), jsonValue(entry)));
      return entries;
    }
    if (value instanceof Collection<?> list) {
      List<@Nullable Object> elements = new ArrayList<>();
      list.forEach(element -> elements.add(jsonValue(element)));
      return elements;
    }
    return value == null || value instanceof Number || value instanceof Boolean
        ? value
        : ArrayText.valueOf(value);
  }

  private static FieldType elementOf(FieldType type) {
    return Objects.requireNonNull(type.getCollectionElementType());
  }

  private static LogicalType<?, ?> logical(FieldType type) {
    return Objects.requireNonNull(type.getLogicalType());
  }
}
