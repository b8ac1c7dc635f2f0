package dev.diagonal.internal.jdbc.copy;

import dev.diagonal.internal.jdbc.table.FoundColumn;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The length or precision that a column's type declares, for types whose values PostgreSQL would
 * change without an error to fit it: {@code varchar(n)} loses blanks at its end; numbers and times
 * are rounded.
 */
final class WireLimit {

  private static final int HEADER = 4; // PostgreSQL's VARHDRSZ, which modifiers include
  private static final int SCALE_BITS = 11;
  private static final int SCALE_OF_NUMERIC = 6;
  private static final int DIGITS_OF_MICROS = 6;

  private final FoundColumn column;
  private final WireType type;
  private final int most;

  private WireLimit(FoundColumn column, WireType type, int most) {
    this.column = column;
    this.type = type;
    this.most = most;
  }

  /** Returns the limit of a column; null if none is declared, or the database enforces it. */
  static @Nullable WireLimit of(WireColumn column) {
    FoundColumn found = column.found();
    int modifier = found.modifier();
    if (modifier < 0) {
      return null;
    }
    return switch (column.type()) {
      case VARCHAR -> new WireLimit(found, column.type(), modifier - HEADER);
      case NUMERIC -> new WireLimit(found, column.type(), scale(modifier - HEADER));
      case TIME, TIMESTAMP, TIMESTAMPTZ -> new WireLimit(found, column.type(), modifier);
      default -> null;
    };
  }

  private static int scale(int modifier) {
    int unused = Integer.SIZE - SCALE_BITS;
    return modifier << unused >> unused; // signed
  }

  /**
   * Checks an encoded value.
   *
   * @param field the position of its length, before its bytes
   * @throws IllegalArgumentException if the column would change it
   */
  void check(byte[] bytes, int field) {
    int length = ByteBuffer.wrap(bytes).getInt(field);
    int start = field + Integer.BYTES;
    switch (type) {
      case VARCHAR -> {
        int characters = length <= most ? length : characters(bytes, start, length);
        if (characters > most) {
          throw changes(String.format(Locale.ROOT, "the text has %,d characters", characters));
        }
      }
      case NUMERIC -> {
        if (ByteBuffer.wrap(bytes).getShort(start + SCALE_OF_NUMERIC) > most) {
          BigDecimal number = WireValue.decimal(bytes, field);
          if (number != null
              && number.signum() != 0
              && number.stripTrailingZeros().scale() > most) {
            throw changes(number.toPlainString() + " would be rounded");
          }
        }
      }
      default -> {
        long micros = ByteBuffer.wrap(bytes).getLong(start);
        boolean infinite = micros == Long.MAX_VALUE || micros == Long.MIN_VALUE;
        if (!infinite && micros % unit() != 0) {
          throw changes("its seconds have more decimal places and would be rounded");
        }
      }
    }
  }

  private long unit() {
    long unit = 1;
    for (int i = most; i < DIGITS_OF_MICROS; i++) {
      unit *= 10;
    }
    return unit;
  }

  /** Counts the characters of text in UTF-8: the bytes that do not continue one. */
  private static int characters(byte[] bytes, int start, int length) {
    int characters = 0;
    for (int i = start; i < start + length; i++) {
      characters += (bytes[i] & 0xC0) == 0x80 ? 0 : 1;
    }
    return characters;
  }

  private IllegalArgumentException changes(String how) {
    return new IllegalArgumentException(
        "column '%s' of type %s: %s".formatted(column.name(), column.type(), how));
  }
}
