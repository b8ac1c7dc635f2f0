package dev.diagonal.internal.jdbc.copy;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.rows.FieldType;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;

/**
 * Encodes dates and times as {@link WireValue} does other values; a text column gets their text.
 */
final class WireTime {

  private static final long EPOCH_DAY_OF_2000 = LocalDate.of(2000, 1, 1).toEpochDay();
  private static final long EPOCH_SECOND_OF_2000 = EPOCH_DAY_OF_2000 * 86_400;

  private WireTime() {}

  static void putEpochDay(ByteBuilder out, WireType type, long days) {
    if (type != WireType.DATE) {
      put(out, type, LocalDate.ofEpochDay(days));
      return;
    }
    out.putInt(Integer.BYTES);
    out.putInt(Math.toIntExact(days - EPOCH_DAY_OF_2000));
  }

  static void put(ByteBuilder out, WireType type, LocalDate value) {
    switch (type) {
      case DATE -> {
        out.putInt(Integer.BYTES);
        out.putInt(Math.toIntExact(value.toEpochDay() - EPOCH_DAY_OF_2000));
      }
      case TIMESTAMP -> put(out, type, value.atStartOfDay());
      case TEXT, VARCHAR, BPCHAR, OTHER -> putText(out, type, FieldType.DATE, value.toEpochDay());
      default -> throw WireValue.refused(type, "date");
    }
  }

  static void put(ByteBuilder out, WireType type, LocalTime value) {
    if (type == WireType.TIME) {
      out.putInt(Long.BYTES);
      out.putLong(micros(type, value.toNanoOfDay()));
    } else if (WireValue.isText(type)) {
      putText(out, type, FieldType.TIME, micros(type, value.toNanoOfDay()));
    } else {
      throw WireValue.refused(type, "time of day");
    }
  }

  static void put(ByteBuilder out, WireType type, LocalDateTime value) {
    if (type == WireType.TIMESTAMP) {
      putMicros(
          out, type, value.toEpochSecond(ZoneOffset.UTC), value.get(ChronoField.NANO_OF_SECOND));
    } else if (WireValue.isText(type)) {
      long micros =
          micros(type, value.toEpochSecond(ZoneOffset.UTC), value.get(ChronoField.NANO_OF_SECOND));
      putText(out, type, FieldType.TIMESTAMP, micros);
    } else {
      throw WireValue.refused(type, "timestamp without time zone");
    }
  }

  static void put(ByteBuilder out, WireType type, Instant value) {
    if (type == WireType.TIMESTAMPTZ) {
      putMicros(out, type, value.getEpochSecond(), value.getNano());
    } else if (WireValue.isText(type)) {
      long micros = micros(type, value.getEpochSecond(), value.getNano());
      putText(out, type, FieldType.INSTANT, micros);
    } else {
      throw WireValue.refused(type, "instant");
    }
  }

  private static void putMicros(ByteBuilder out, WireType type, long epochSecond, int nano) {
    out.putInt(Long.BYTES);
    out.putLong(micros(type, epochSecond - EPOCH_SECOND_OF_2000, nano));
  }

  private static long micros(WireType type, long seconds, int nano) {
    return Math.addExact(Math.multiplyExact(seconds, 1_000_000L), micros(type, nano));
  }

  /** Writes the text that a file would get. */
  private static void putText(ByteBuilder out, WireType type, FieldType given, long word) {
    ByteBuilder text = new ByteBuilder(32);
    ValueFormatter.putWord(given, word, text);
    WireValue.put(out, type, text.array(), 0, text.size());
  }

  private static long micros(WireType type, long nanos) {
    if (nanos % 1_000 != 0) {
      throw WireValue.refused(
          type,
          "value with nanoseconds: cut its decimal places to six if you do not need them (in Java:"
              + " truncatedTo(ChronoUnit.MICROS))");
    }
    return nanos / 1_000;
  }
}
