package dev.diagonal.internal.transfer.receipt;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.rows.FieldType;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The canonical forms of values, by which rows are compared. Equal values of one kind have the same
 * bytes, whatever the format or column type they come from. docs/transfer.md lists them.
 */
public enum Canonical {
  BOOLEAN,
  /** Whole numbers and decimals: digits without trailing zeros after the point. */
  NUMBER,
  /** The bits of a float, with one zero and one NaN. */
  REAL,
  /** The bits of a double, with one zero and one NaN. */
  DOUBLE,
  TEXT,
  /** A text padded with blanks to the length of its column. */
  PADDED,
  BYTES,
  /** Days since 1970-01-01. */
  DATE,
  /** Microseconds of the day. */
  TIME,
  /** Microseconds since 1970-01-01 00:00. */
  TIMESTAMP,
  /** Microseconds since 1970-01-01 00:00 UTC. */
  INSTANT,
  /** 16 bytes. */
  UUID,
  /** JSON without blanks, keys in the order of their UTF-8 bytes, numbers as {@link #NUMBER}. */
  JSON;

  private static final Pattern UUID_DIGITS = Pattern.compile("[0-9a-fA-F]{32}");

  /** Precedes null; {@link #VALUE} precedes a value, so an empty value differs from null. */
  private static final int NULL = 0;

  private static final int VALUE = 1;

  /**
   * Returns the kind for values that were sent as one type and are read back as another; null if
   * the two cannot be compared.
   */
  public static @Nullable Canonical of(FieldType sent, FieldType read) {
    if (isExact(sent) && isExact(read)) {
      return NUMBER;
    } else if (isFloating(sent) && isFloating(read)) {
      return sent == FieldType.REAL && read == FieldType.REAL ? REAL : DOUBLE;
    }
    return switch (read) {
      case BOOLEAN -> sent == read ? BOOLEAN : null;
      case TEXT -> sent == read || sent == FieldType.JSON ? TEXT : null;
      case BYTES -> sent == read ? BYTES : null;
      case DATE -> sent == read ? DATE : null;
      case TIME -> sent == read ? TIME : null;
      case TIMESTAMP -> sent == read ? TIMESTAMP : null;
      case INSTANT -> sent == read ? INSTANT : null;
      case UUID -> sent == read || sent == FieldType.TEXT ? UUID : null;
      case JSON -> sent == read || sent == FieldType.TEXT ? JSON : null;
      case SMALLINT, INTEGER, BIGINT, DECIMAL, REAL, DOUBLE -> null;
    };
  }

  /** Returns the kind for values of one type. */
  public static Canonical of(FieldType type) {
    return Objects.requireNonNull(of(type, type));
  }

  private static boolean isExact(FieldType type) {
    return type.isWhole() || type == FieldType.DECIMAL;
  }

  private static boolean isFloating(FieldType type) {
    return type == FieldType.REAL || type == FieldType.DOUBLE;
  }

  /**
   * Writes a value in its canonical form.
   *
   * @param length the length of a {@link #PADDED} text in characters
   */
  void put(RowBlock block, int row, int column, int length, ByteBuilder out) {
    if (block.isNull(row, column)) {
      out.put(NULL);
      return;
    }
    out.put(VALUE);
    switch (this) {
      case BOOLEAN -> out.put(block.word(row, column) == 0 ? 0 : 1);
      case NUMBER -> putNumber(block, row, column, out);
      case REAL -> out.putInt(Float.floatToIntBits((float) zeroless(block, row, column)));
      case DOUBLE -> out.putLong(Double.doubleToLongBits(zeroless(block, row, column)));
      case DATE, TIME, TIMESTAMP, INSTANT -> out.putLong(block.word(row, column));
      case TEXT, BYTES -> {
        int start = block.start(row, column);
        int end = block.end(row, column);
        out.putInt(end - start);
        out.put(block.bytes(column), start, end);
      }
      case PADDED -> putBytes(padded(block.text(row, column), length).getBytes(UTF_8), out);
      case UUID -> putUuid(block.text(row, column), out);
      case JSON ->
          putBytes(
              CanonicalJson.of(
                  block.bytes(column), block.start(row, column), block.end(row, column)),
              out);
    }
  }

  private static void putBytes(byte[] bytes, ByteBuilder out) {
    out.putInt(bytes.length);
    out.put(bytes, 0, bytes.length);
  }

  private static void putNumber(RowBlock block, int row, int column, ByteBuilder out) {
    int start = out.startField();
    if (block.typeOf(column).isWord()) {
      out.putNumber(block.word(row, column));
    } else {
      CanonicalNumber.put(
          block.bytes(column), block.start(row, column), block.end(row, column), out);
    }
    out.endField(start);
  }

  /** Returns a number in the precision of its type, with 0 for -0. */
  private static double zeroless(RowBlock block, int row, int column) {
    double value = block.doubleValue(row, column);
    return (block.typeOf(column) == FieldType.REAL ? (float) value : value) + 0.0;
  }

  private static String padded(String text, int length) {
    String bare = text;
    while (bare.endsWith(" ")) {
      bare = bare.substring(0, bare.length() - 1);
    }
    int missing = length - bare.codePointCount(0, bare.length());
    return missing <= 0 ? bare : bare + " ".repeat(missing);
  }

  /** Writes 16 bytes; other text as it is, since the target refuses its row. */
  private static void putUuid(String text, ByteBuilder out) {
    String digits = text.strip().replace("-", "").replace("{", "").replace("}", "");
    if (!UUID_DIGITS.matcher(digits).matches()) {
      putBytes(text.getBytes(UTF_8), out);
      return;
    }
    out.putLong(Long.parseUnsignedLong(digits.substring(0, 16), 16));
    out.putLong(Long.parseUnsignedLong(digits.substring(16), 16));
  }
}
