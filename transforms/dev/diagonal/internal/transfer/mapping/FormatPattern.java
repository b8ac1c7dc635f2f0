package dev.diagonal.internal.transfer.mapping;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.internal.rows.ValueParser;
import dev.diagonal.rows.FieldType;
import dev.diagonal.transfer.mapping.Mapping.Target;
import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

/** Parses or formats dates, times and numbers by a user's pattern. */
final class FormatPattern {

  private FormatPattern() {}

  /**
   * Returns a conversion that parses texts by the target's pattern, or formats values by it.
   *
   * @throws IllegalArgumentException if the pattern is invalid, or the conversion is not between a
   *     text and a date, time or number
   */
  static ColumnConversion of(Target target, FieldType given, FieldType wanted, int source) {
    String pattern = String.valueOf(target.pattern());
    Locale locale = target.locale() == null ? Locale.ROOT : Locale.forLanguageTag(target.locale());
    boolean reads = given == FieldType.TEXT;
    FieldType other = reads ? wanted : given;
    if (reads == (wanted == FieldType.TEXT) || !(other.isTime() || other.isNumber())) {
      throw new IllegalArgumentException(
          "column '%s': the format '%s' needs a text on one side and a date, time or number on the other, got %s to %s"
              .formatted(target.name(), pattern, given.lowerName(), wanted.lowerName()));
    }
    try {
      if (other.isTime()) {
        DateTimeFormatter format =
            DateTimeFormatter.ofPattern(withProlepticYears(pattern), locale)
                .withResolverStyle(ResolverStyle.STRICT)
                .withZone(ZoneOffset.UTC);
        return reads ? readTime(source, wanted, format) : writeTime(source, given, format);
      }
      DecimalFormat format = new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(locale));
      format.setParseBigDecimal(true);
      return reads ? readNumber(source, pattern, format) : writeNumber(source, format);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "column '%s': '%s' is not a valid format: %s"
              .formatted(target.name(), pattern, e.getMessage()),
          e);
    }
  }

  /**
   * Replaces the letter of the year of an era by that of the proleptic year, unless the pattern has
   * an era: a strict formatter makes no date of a year without its era.
   */
  private static String withProlepticYears(String pattern) {
    StringBuilder letters = new StringBuilder(pattern);
    boolean quoted = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      quoted ^= c == '\'';
      if (c == 'G' && !quoted) {
        return pattern;
      } else if (c == 'y' && !quoted) {
        letters.setCharAt(i, 'u');
      }
    }
    return letters.toString();
  }

  private static ColumnConversion readTime(int source, FieldType type, DateTimeFormatter format) {
    return (in, row, out, column) -> {
      String text = in.text(row, source);
      if (text.isEmpty()) {
        return false;
      }
      try {
        TemporalAccessor value = format.parse(text);
        if (type != FieldType.DATE) {
          requireMicros(value, text, type);
        }
        out.setWord(
            column,
            switch (type) {
              case DATE -> LocalDate.from(value).toEpochDay();
              case TIME -> ValueFormatter.micros(LocalTime.from(value));
              case TIMESTAMP -> ValueFormatter.micros(LocalDateTime.from(value));
              default -> ValueFormatter.micros(Instant.from(value));
            });
        return true;
      } catch (DateTimeException | ArithmeticException e) {
        throw BadValueException.of(text, type);
      }
    };
  }

  private static void requireMicros(TemporalAccessor value, String text, FieldType type)
      throws BadValueException {
    if (value.isSupported(ChronoField.NANO_OF_SECOND)
        && value.get(ChronoField.NANO_OF_SECOND) % 1_000 != 0) {
      throw BadValueException.of(text, type);
    }
  }

  private static ColumnConversion writeTime(int source, FieldType type, DateTimeFormatter format) {
    return (in, row, out, column) -> {
      long word = in.word(row, source);
      try {
        TemporalAccessor value =
            switch (type) {
              case DATE -> ValueFormatter.date(word);
              case TIME -> ValueFormatter.time(word);
              case TIMESTAMP -> ValueFormatter.timestamp(word);
              default -> ValueFormatter.instant(word);
            };
        out.setText(column, format.format(value));
        return true;
      } catch (DateTimeException e) {
        throw new BadValueException("the format does not fit a " + type.lowerName());
      }
    };
  }

  private static ColumnConversion readNumber(int source, String pattern, DecimalFormat format) {
    ValueParser parser = new ValueParser();
    DecimalFormatSymbols symbols = format.getDecimalFormatSymbols();
    char separator =
        pattern.indexOf('\u00a4') >= 0
            ? symbols.getMonetaryGroupingSeparator()
            : symbols.getGroupingSeparator();
    return (in, row, out, column) -> {
      String text = in.text(row, source);
      if (text.isEmpty()) {
        return false;
      }
      ParsePosition end = new ParsePosition(0);
      if (!(format.parse(text, end) instanceof BigDecimal number)
          || end.getIndex() != text.length()
          || !isGrouped(text, format, separator)) {
        throw new BadValueException(
            "'"
                + BadValueException.shown(text)
                + "' is not a valid "
                + out.type().field(column).type().lowerName()
                + " in the format "
                + pattern);
      }
      boolean whole = out.type().field(column).type().isWhole();
      byte[] plain =
          (whole && number.signum() == 0
                  ? "0"
                  : whole ? number.stripTrailingZeros().toPlainString() : number.toPlainString())
              .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      parser.set(out, column, plain, 0, plain.length);
      return true;
    };
  }

  /**
   * Returns whether a number has group separators in each of their places, or none: {@link
   * DecimalFormat} ignores where they are.
   */
  private static boolean isGrouped(String text, DecimalFormat format, char separator) {
    if (!format.isGroupingUsed()) {
      return true;
    }
    int at = prefix(text, format);
    int digits = 0;
    boolean separated = false;
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == separator) {
        if (separated ? digits != format.getGroupingSize() : !startsGroups(digits, format)) {
          return false;
        }
        separated = true;
        digits = 0;
      } else if (Character.isDigit(c)) {
        digits++;
      } else {
        break;
      }
    }
    return !separated || digits == format.getGroupingSize();
  }

  private static boolean startsGroups(int digits, DecimalFormat format) {
    return digits > 0 && digits <= format.getGroupingSize();
  }

  /** Returns the length of the prefix of a number: the longer one that fits, as in Java. */
  private static int prefix(String text, DecimalFormat format) {
    String positive = format.getPositivePrefix();
    String negative = format.getNegativePrefix();
    return Math.max(
        text.startsWith(positive) ? positive.length() : 0,
        text.startsWith(negative) ? negative.length() : 0);
  }

  private static ColumnConversion writeNumber(int source, DecimalFormat format) {
    ByteBuilder plain = new ByteBuilder(32);
    return (in, row, out, column) -> {
      plain.clear();
      ValueFormatter.put(in, row, source, plain);
      try {
        out.setText(column, format.format(new BigDecimal(plain.toString())));
        return true;
      } catch (NumberFormatException e) {
        throw new BadValueException("'" + plain + "' is not a finite number");
      }
    };
  }
}
