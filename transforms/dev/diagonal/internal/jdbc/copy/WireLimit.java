package dev.diagonal.internal.jdbc.copy;

import dev.diagonal.internal.jdbc.table.FoundColumn;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.jdbc.table.Table;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The length or precision that a column's type declares, for types whose values PostgreSQL would
 * change without an error to fit it: {@code varchar(n)} loses blanks at its end; numbers and times
 * are rounded. Immutable.
 */
public final class WireLimit {

  private static final int HEADER = 4; // PostgreSQL's VARHDRSZ, which modifiers include
  private static final int SCALE_BITS = 11;
  private static final int SCALE_OF_NUMERIC = 6;
  private static final int DIGITS_OF_MICROS = 6;

  /**
   * The decimal places of the seconds in a time, with colons or without, and without zeros at the
   * end.
   */
  private static final Pattern FRACTION =
      Pattern.compile("(?::\\d{1,2}|\\b\\d{6}|[tT]\\d{6})\\.(\\d*[1-9])");

  private static final String BLANKS =
      "the blanks at the end of the text, which is too long, would be cut off";

  private static final String SECONDS = "its seconds have more decimal places and would be rounded";

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

  /**
   * Returns the limits of the columns of a table whose values are sent as text: those of {@link
   * #of(WireColumn)}, that of all times, which have six decimal places, and those of {@code
   * char(n)}, as a cast to a domain cuts off text. A column without a limit has null; there are
   * none if the table does not exist.
   */
  public static List<@Nullable WireLimit> ofTexts(Connection connection, Table table)
      throws SQLException {
    FoundTable found = FoundTable.find(connection, table.name());
    List<@Nullable WireLimit> limits = new ArrayList<>();
    for (WireColumn column : found == null ? List.<WireColumn>of() : WireColumn.of(found, table)) {
      WireLimit limit = of(column);
      WireType type = column.type();
      boolean isTime =
          type == WireType.TIME || type == WireType.TIMESTAMP || type == WireType.TIMESTAMPTZ;
      if (limit == null && isTime) {
        limit = new WireLimit(column.found(), type, DIGITS_OF_MICROS);
      } else if (type == WireType.BPCHAR && column.found().modifier() >= 0) {
        limit = new WireLimit(column.found(), type, column.found().modifier() - HEADER);
      }
      limits.add(limit);
    }
    return limits;
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
        if (length > most && endsInBlanks(bytes, start, length)) {
          throw changes(BLANKS);
        }
      }
      case NUMERIC -> {
        if (ByteBuffer.wrap(bytes).getShort(start + SCALE_OF_NUMERIC) > most) {
          BigDecimal number = WireValue.decimal(bytes, field);
          if (number != null) {
            checkScale(number);
          }
        }
      }
      default -> {
        long micros = ByteBuffer.wrap(bytes).getLong(start);
        boolean infinite = micros == Long.MAX_VALUE || micros == Long.MIN_VALUE;
        if (!infinite && micros % unit() != 0) {
          throw changes(SECONDS);
        }
      }
    }
  }

  /**
   * Checks a value in PostgreSQL's text format.
   *
   * @throws IllegalArgumentException if the column would change it
   */
  public void check(String text) {
    switch (type) {
      case VARCHAR, BPCHAR -> {
        if (text.codePointCount(0, text.length()) > most) {
          checkRest(text.substring(text.offsetByCodePoints(0, most)));
        }
      }
      case NUMERIC -> {
        BigDecimal number;
        try {
          number = new BigDecimal(text.strip());
        } catch (NumberFormatException e) {
          return; // NaN, infinity, or what the database refuses
        }
        checkScale(number);
      }
      default -> {
        Matcher fraction = FRACTION.matcher(text);
        if (fraction.find() && fraction.end(1) - fraction.start(1) > most) {
          throw changes(SECONDS);
        }
      }
    }
  }

  private void checkRest(String rest) {
    boolean isBlank = rest.chars().allMatch(character -> character == ' ');
    if (isBlank && type == WireType.VARCHAR) {
      throw changes(BLANKS);
    }
    if (!isBlank) { // blanks at the end of char(n) mean nothing
      throw changes("the text is too long and would be cut off");
    }
  }

  private void checkScale(BigDecimal number) {
    if (number.signum() != 0 && number.stripTrailingZeros().scale() > most) {
      throw changes(number + " would be rounded");
    }
  }

  private long unit() {
    long unit = 1;
    for (int i = most; i < DIGITS_OF_MICROS; i++) {
      unit *= 10;
    }
    return unit;
  }

  /**
   * Returns whether a text in UTF-8 has more characters than fit, and all of those are blanks: it
   * is an error to have others.
   */
  private boolean endsInBlanks(byte[] bytes, int start, int length) {
    int characters = 0;
    for (int i = start; i < start + length; i++) {
      characters += (bytes[i] & 0xC0) == 0x80 ? 0 : 1; // other bytes continue a character
      if (characters > most && bytes[i] != ' ') {
        return false;
      }
    }
    return characters > most;
  }

  private IllegalArgumentException changes(String how) {
    return new IllegalArgumentException(
        "column '%s' of type %s: %s".formatted(column.name(), column.type(), how));
  }
}
