package dev.diagonal.internal.rows;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.Locale;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * Converts rows to Beam's: smallint is INT16, integer INT32, bigint INT64, real FLOAT, decimal
 * DECIMAL, bytes BYTES, boolean BOOLEAN, text, UUID and JSON STRING; date, time, timestamp and
 * instant are the {@link SqlTypes} DATE, TIME, DATETIME and TIMESTAMP with the values of {@code
 * java.time}. Every field may be null.
 */
public final class BeamRows {

  private BeamRows() {}

  public static Schema schema(RowType type) {
    Schema.Builder schema = Schema.builder();
    for (Field field : type.fields()) {
      schema.addNullableField(field.name(), fieldType(field.type()));
    }
    return schema.build();
  }

  private static Schema.FieldType fieldType(FieldType type) {
    return switch (type) {
      case BOOLEAN -> Schema.FieldType.BOOLEAN;
      case SMALLINT -> Schema.FieldType.INT16;
      case INTEGER -> Schema.FieldType.INT32;
      case BIGINT -> Schema.FieldType.INT64;
      case REAL -> Schema.FieldType.FLOAT;
      case DOUBLE -> Schema.FieldType.DOUBLE;
      case DECIMAL -> Schema.FieldType.DECIMAL;
      case BYTES -> Schema.FieldType.BYTES;
      case TEXT, UUID, JSON -> Schema.FieldType.STRING;
      case DATE -> Schema.FieldType.logicalType(SqlTypes.DATE);
      case TIME -> Schema.FieldType.logicalType(SqlTypes.TIME);
      case TIMESTAMP -> Schema.FieldType.logicalType(SqlTypes.DATETIME);
      case INSTANT -> Schema.FieldType.logicalType(SqlTypes.TIMESTAMP);
    };
  }

  public static Row of(RowBlock block, int row, Schema schema) {
    Row.Builder made = Row.withSchema(schema);
    for (int column = 0; column < block.type().size(); column++) {
      made.addValue(value(block, row, column));
    }
    return made.build();
  }

  private static @Nullable Object value(RowBlock block, int row, int column) {
    if (block.isNull(row, column)) {
      return null;
    }
    FieldType type = block.typeOf(column);
    long word = type.isWord() ? block.word(row, column) : 0;
    return switch (type) {
      case BOOLEAN -> word != 0;
      case SMALLINT -> (short) word;
      case INTEGER -> (int) word;
      case BIGINT -> word;
      case REAL -> (float) Double.longBitsToDouble(word);
      case DOUBLE -> Double.longBitsToDouble(word);
      case DECIMAL -> new BigDecimal(block.text(row, column));
      case TEXT, UUID, JSON -> block.text(row, column);
      case BYTES ->
          Arrays.copyOfRange(block.bytes(column), block.start(row, column), block.end(row, column));
      case DATE -> ValueFormatter.date(word);
      case TIME -> ValueFormatter.time(word);
      case TIMESTAMP -> ValueFormatter.timestamp(word);
      case INSTANT -> ValueFormatter.instant(word);
    };
  }

  /** Sets all columns of the current row of a block. */
  public static void set(RowBlock out, Row row) throws BadValueException {
    ValueParser parser = new ValueParser();
    for (int column = 0; column < out.type().size(); column++) {
      Field field = out.type().field(column);
      Object value = row.getSchema().hasField(field.name()) ? row.getValue(field.name()) : null;
      if (value == null) {
        out.setNull(column);
      } else if (value instanceof byte[] bytes) {
        out.setBytes(column, bytes, 0, bytes.length);
      } else {
        byte[] text = formatted(value).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        parser.set(out, column, text, 0, text.length);
      }
    }
  }

  private static String formatted(Object value) {
    ByteBuilder text = new ByteBuilder(32);
    if (value instanceof LocalDate date) {
      ValueFormatter.putWord(FieldType.DATE, date.toEpochDay(), text);
    } else if (value instanceof LocalTime time) {
      ValueFormatter.putWord(FieldType.TIME, ValueFormatter.micros(time), text);
    } else if (value instanceof LocalDateTime timestamp) {
      ValueFormatter.putWord(FieldType.TIMESTAMP, ValueFormatter.micros(timestamp), text);
    } else if (value instanceof Instant instant) {
      ValueFormatter.putWord(FieldType.INSTANT, ValueFormatter.micros(instant), text);
    } else if (value instanceof Boolean) {
      return value.toString().toLowerCase(Locale.ROOT);
    } else {
      return value.toString();
    }
    return text.toString();
  }
}
