package dev.diagonal.internal.jdbc.copy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.jdbc.table.FoundColumn;
import dev.diagonal.jdbc.table.Table;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The length or precision that a column's type declares, for types whose values PostgreSQL would
 * change without an error to fit it: {@code varchar(n)} loses blanks at its end, and a cast to a
 * domain over it loses any characters; numbers and times are rounded. Immutable.
 */
public final class WireLimit {

  private static final int HEADER = 4; // PostgreSQL's VARHDRSZ, which modifiers include
  private static final int SCALE_BITS = 11;
  private static final int SCALE_OF_NUMERIC = 6;
  private static final int DIGITS_OF_MICROS = 6;

  /**
   * The decimal places of a time, without zeros at the end: after {@code :34}, or in {@code
   * 123456.7} or {@code 1234.5}. A date with dots has fewer digits before the first one, or is a
   * year.
   */
  private static final Pattern FRACTION =
      Pattern.compile(
          "(?::\\d{1,2}|(?<![\\d.])\\d{6,}|(?<=[ tT])\\d{4})\\.(\\d*[1-9])(?![\\d.]*\\.)");

  /** The same in a time of day, which has no year. */
  private static final Pattern FRACTION_OF_TIME =
      Pattern.compile("(?::\\d{1,2}|(?<![\\d.])\\d{4,})\\.(\\d*[1-9])");

  private static final String SECONDS =
      "its seconds have more than %s decimal places and would be rounded";

  private static final String BLANKS =
      "the text has %s characters, which is too long: the blanks at its end would be cut off after %s";

  /** The decimal places of an interval, in any unit. */
  private static final Pattern FRACTION_OF_INTERVAL = Pattern.compile("\\.(\\d*[1-9])");

  private static final String INTERVAL = "interval";

  private static final Set<String> BITS = Set.of("bit", "varbit");

  private static final String NOT_SUPPORTED = "0A000";

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
    if (column.type() == WireType.OTHER) {
      return ofOther(found);
    }
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

  private static @Nullable WireLimit ofOther(FoundColumn found) {
    return switch (found.pgName()) {
      case "timetz" ->
          new WireLimit(
              found, WireType.OTHER, found.modifier() < 0 ? DIGITS_OF_MICROS : found.modifier());
      case INTERVAL -> new WireLimit(found, WireType.OTHER, DIGITS_OF_MICROS);
      default -> null;
    };
  }

  /**
   * Returns the limits of the columns of a table whose values are sent as text: those of {@link
   * #of(WireColumn)}, and that of all times, which have six decimal places. A column without a
   * limit has null; the list is empty if the table does not exist. Queries the catalogue once.
   *
   * @throws SQLException if the database would change values of a column in a way that a text does
   *     not show
   */
  public static List<@Nullable WireLimit> ofTexts(Connection connection, Table table)
      throws SQLException {
    List<FoundColumn> found = FoundColumn.ofTable(connection, table.name());
    List<@Nullable WireLimit> limits = new ArrayList<>();
    for (WireColumn column :
        found.isEmpty() ? List.<WireColumn>of() : WireColumn.of(found, table)) {
      checkText(column.found());
      limits.add(ofTexts(column));
    }
    return limits;
  }

  /** Checks that a cast of texts to the type of a column changes no value without an error. */
  private static void checkText(FoundColumn found) throws SQLException {
    if (found.isChangedByAssignment() || (BITS.contains(found.pgName()) && found.isOfDomain())) {
      throw new SQLException(
          "column '%s' of type %s: PostgreSQL would round or cut its values without an error; declare it as %s, or as text"
              .formatted(
                  found.name(),
                  found.type(),
                  BITS.contains(found.pgName()) ? found.limitedType() : found.baseType()),
          NOT_SUPPORTED);
    }
  }

  private static @Nullable WireLimit ofTexts(WireColumn column) {
    WireLimit limit = of(column);
    FoundColumn found = column.found();
    return switch (column.type()) {
      case BPCHAR ->
          found.modifier() < 0
              ? null
              : new WireLimit(found, WireType.BPCHAR, found.modifier() - HEADER);
      case TIME, TIMESTAMP, TIMESTAMPTZ ->
          limit == null ? new WireLimit(found, column.type(), DIGITS_OF_MICROS) : limit;
      default -> limit;
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
        if (length > most && endsInBlanks(bytes, start, length)) {
          String text = new String(bytes, start, length, UTF_8);
          throw changes(BLANKS.formatted(text.codePointCount(0, text.length()), most));
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
      case OTHER -> check(new String(bytes, start, length, UTF_8));
      default -> {
        long micros = ByteBuffer.wrap(bytes).getLong(start);
        boolean infinite = micros == Long.MAX_VALUE || micros == Long.MIN_VALUE;
        if (!infinite && micros % unit() != 0) {
          throw changes(SECONDS.formatted(most));
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
        int characters = text.codePointCount(0, text.length());
        if (characters > most) {
          checkEnd(text.substring(text.offsetByCodePoints(0, most)), characters);
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
        if (fraction().matcher(text).results().anyMatch(this::isTooFine)) {
          throw changes(SECONDS.formatted(most));
        }
      }
    }
  }

  /** Checks the characters of a text that do not fit. Blanks do not count in {@code char(n)}. */
  private void checkEnd(String end, int characters) {
    if (!end.chars().allMatch(c -> c == ' ')) {
      throw changes(
          "the text has %s characters, which is too long: it would be cut off after %s"
              .formatted(characters, most));
    } else if (type == WireType.VARCHAR) {
      throw changes(BLANKS.formatted(characters, most));
    }
  }

  private Pattern fraction() {
    return switch (type) {
      case TIME -> FRACTION_OF_TIME;
      case OTHER -> column.pgName().equals(INTERVAL) ? FRACTION_OF_INTERVAL : FRACTION_OF_TIME;
      default -> FRACTION;
    };
  }

  private boolean isTooFine(MatchResult fraction) {
    return fraction.end(1) - fraction.start(1) > most;
  }

  private void checkScale(BigDecimal number) {
    if (number.signum() != 0 && number.stripTrailingZeros().scale() > most) {
      throw changes("%s would be rounded to %s decimal places".formatted(number, most));
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
