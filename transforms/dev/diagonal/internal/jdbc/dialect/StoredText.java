package dev.diagonal.internal.jdbc.dialect;

import static java.time.temporal.ChronoField.NANO_OF_SECOND;

import dev.diagonal.rows.DecimalSize;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Texts of values that every database parses, and checks of what a column can hold. */
final class StoredText {

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm:ss")
          .appendFraction(NANO_OF_SECOND, 0, 9, true)
          .toFormatter(Locale.ROOT);

  private static final int MOST_SHOWN = 50;

  private StoredText() {}

  /**
   * Returns the text of a date, time or UUID; any other value unchanged.
   *
   * @param offset what follows an instant, which is in UTC
   * @param fraction how many digits of a second the column holds
   * @throws IllegalArgumentException if the value has more
   */
  static @Nullable Object of(String column, @Nullable Object value, String offset, int fraction) {
    if (value instanceof LocalTime time) {
      requireFraction(column, value, time.get(NANO_OF_SECOND), fraction);
      return TIME.format(time);
    } else if (value instanceof LocalDateTime time) {
      requireFraction(column, value, time.get(NANO_OF_SECOND), fraction);
      return time.toLocalDate() + " " + TIME.format(time);
    } else if (value instanceof OffsetDateTime moment) {
      LocalDateTime utc = moment.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
      requireFraction(column, value, utc.get(NANO_OF_SECOND), fraction);
      return utc.toLocalDate() + " " + TIME.format(utc) + offset;
    }
    return value instanceof java.time.LocalDate || value instanceof java.util.UUID
        ? value.toString()
        : value;
  }

  private static void requireFraction(String column, Object value, int nanos, int digits) {
    int unit = 1_000_000_000;
    for (int i = 0; i < digits && unit > 1; i++) {
      unit /= 10;
    }
    if (nanos % unit != 0) {
      throw refused(
          column, value, "has more digits of a second than the %s of the column".formatted(digits));
    }
  }

  static void requireDigits(String column, BigDecimal value, @Nullable DecimalSize size) {
    if (size != null && !size.holds(value)) {
      throw refused(column, value, "has more digits than decimal" + size + " allows");
    }
  }

  static void requireFinite(String column, @Nullable Object value, String database) {
    if (value instanceof Double number && !Double.isFinite(number)) {
      throw refused(column, value, "is a number that " + database + " does not store");
    }
  }

  static IllegalArgumentException refused(String column, Object value, String why) {
    String text = value.toString();
    return new IllegalArgumentException(
        "column %s: '%s' %s"
            .formatted(
                column,
                text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "…" : text,
                why));
  }
}
