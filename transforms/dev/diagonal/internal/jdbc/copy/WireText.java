package dev.diagonal.internal.jdbc.copy;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.TimeText;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.internal.rows.ValueParser;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/** Parses texts in ISO format, and encodes the values for columns of types other than text. */
final class WireText {

  /** The numbers that PostgreSQL accepts; Java accepts more, for example {@code 1f}. */
  private static final Pattern FLOATING =
      Pattern.compile("[+-]?((\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?|Infinity|NaN)");

  private WireText() {}

  /** Encodes a text for a column whose type is not text. */
  static void put(ByteBuilder out, WireType type, String text) {
    // Java parses digits of other scripts as numbers; PostgreSQL does not.
    if (type != WireType.BYTEA && text.chars().anyMatch(c -> c > '~')) {
      throw WireValue.refused(type, "such text");
    }
    try {
      switch (type) {
        case INT2, INT4, INT8 -> WireValue.put(out, type, Long.parseLong(text.strip()));
        case FLOAT4, FLOAT8 -> putFloating(out, type, text.strip());
        case NUMERIC -> putNumeric(out, text.strip());
        case BOOL -> WireValue.put(out, type, truth(text.strip().toLowerCase(Locale.ROOT)));
        case UUID -> putUuid(out, text.strip());
        case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> putTime(out, type, text.strip());
        case BYTEA -> WireValue.put(out, type, hex(text));
        default -> throw WireValue.refused(type, "text");
      }
    } catch (NumberFormatException | DateTimeParseException | IndexOutOfBoundsException e) {
      throw WireValue.refused(type, "such text");
    }
  }

  /** Parses the hex format only: PostgreSQL stores other text unchanged. */
  private static byte[] hex(String text) {
    if (!text.startsWith("\\x")) {
      throw WireValue.refused(WireType.BYTEA, "text that does not start with \\x");
    }
    try {
      return HexFormat.of().parseHex(text, 2, text.length());
    } catch (IllegalArgumentException e) {
      throw WireValue.refused(WireType.BYTEA, "text that is not in hex format");
    }
  }

  private static void putFloating(ByteBuilder out, WireType type, String text) {
    if (!FLOATING.matcher(text).matches()) {
      throw WireValue.refused(type, "such text");
    }
    double value = Double.parseDouble(text);
    WireValue.checkRange(type, !Double.isInfinite(value) || text.endsWith("Infinity"));
    WireValue.put(out, type, type == WireType.FLOAT4 ? finest(text, value) : value);
  }

  /** Returns the float nearest to the text; rounding twice could give another one. */
  private static double finest(String text, double value) {
    float single = Float.parseFloat(text);
    return Float.isInfinite(single) || single == 0 ? value : single;
  }

  private static void putNumeric(ByteBuilder out, String text) {
    int sign =
        switch (text) {
          case "NaN" -> WireNumeric.NAN;
          case "Infinity" -> WireNumeric.INFINITY;
          case "-Infinity" -> WireNumeric.MINUS_INFINITY;
          default -> 0;
        };
    if (sign == 0) {
      WireValue.put(out, WireType.NUMERIC, new BigDecimal(text));
    } else {
      int start = out.startField();
      WireNumeric.putSpecial(out, sign);
      out.endField(start);
    }
  }

  private static void putUuid(ByteBuilder out, String text) {
    if (!ValueParser.isUuid(text)) {
      throw WireValue.refused(WireType.UUID, "such text");
    }
    WireValue.put(out, WireType.UUID, UUID.fromString(text));
  }

  /** Writes dates and times, including values that Java's classes lack. */
  private static void putTime(ByteBuilder out, WireType type, String text) {
    String iso = text.replace(' ', 'T');
    boolean isInfinite = text.equals("infinity") || text.equals("-infinity");
    if (isInfinite && type != WireType.TIME) {
      putInfinity(out, type, text.startsWith("-"));
    } else if (type == WireType.DATE) {
      WireTime.put(out, type, LocalDate.parse(text));
    } else if (type == WireType.TIMESTAMP) {
      WireTime.put(out, type, LocalDateTime.parse(iso));
    } else if (type == WireType.TIMESTAMPTZ) {
      WireTime.put(out, type, OffsetDateTime.parse(iso).toInstant());
    } else if (TimeText.isEndOfDay(text)) {
      out.putInt(Long.BYTES);
      out.putLong(ValueFormatter.DAY_MICROS);
    } else {
      WireTime.put(out, type, LocalTime.parse(text));
    }
  }

  private static void putInfinity(ByteBuilder out, WireType type, boolean negative) {
    if (type == WireType.DATE) {
      out.putInt(Integer.BYTES);
      out.putInt(negative ? Integer.MIN_VALUE : Integer.MAX_VALUE);
    } else {
      out.putInt(Long.BYTES);
      out.putLong(negative ? Long.MIN_VALUE : Long.MAX_VALUE);
    }
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "true", "t", "yes", "y", "on", "1" -> true;
      case "false", "f", "no", "n", "off", "0" -> false;
      default -> throw WireValue.refused(WireType.BOOL, "such text");
    };
  }
}
