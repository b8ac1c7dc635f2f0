package dev.diagonal.internal.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A simple condition on a row: a column, a comparison, a literal. A number compares as a number,
 * whatever the type of the column. A quoted text is a value of the column if that is a date, a time
 * or a UUID, and a number if that is one; all others compare byte by byte with the formatted value.
 * Not thread-safe.
 */
public final class Filter {

  private static final Pattern CONDITION =
      Pattern.compile(
          "\\s*(\\w+|`[^`]+`)\\s*(?:(is\\s+not\\s+null|is\\s+null)|(<=|>=|!=|<>|=|<|>)\\s*(.+?))\\s*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");

  private final String condition;
  private final int column;
  private final FieldType type;
  private final String operator;
  private final byte[] text;
  private final @Nullable BigDecimal number;
  private long word;
  private final ByteBuilder formatted = new ByteBuilder(32);

  /**
   * @throws IllegalArgumentException if it is not a condition, or the column is unknown
   */
  public Filter(String condition, RowType rows) {
    this.condition = condition.strip();
    Matcher parts = partsOf(condition);
    column = Columns.indexOf(rows, nameIn(parts));
    type = rows.field(column).type();
    if (parts.group(2) != null) {
      operator = parts.group(2).toLowerCase(java.util.Locale.ROOT).contains("not") ? "set" : "null";
      text = new byte[0];
      number = null;
      return;
    }
    operator = parts.group(3);
    String literal = parts.group(4);
    boolean quoted = literal.length() >= 2 && literal.startsWith("'") && literal.endsWith("'");
    if (quoted) {
      String given = literal.substring(1, literal.length() - 1).replace("''", "'");
      text = type.isTime() || type == FieldType.UUID ? value(given) : given.getBytes(UTF_8);
      number = type.isNumber() && NUMBER.matcher(given).matches() ? new BigDecimal(given) : null;
    } else if (NUMBER.matcher(literal).matches()) {
      text = new byte[0];
      number = new BigDecimal(literal);
    } else if (literal.equals("true") || literal.equals("false")) {
      text = literal.getBytes(UTF_8);
      number = null;
    } else {
      throw new IllegalArgumentException(
          "a filter compares with a number, true, false or a text in single quotes; got '"
              + condition
              + "'");
    }
  }

  /** Parses a text as a value of the column, and returns its bytes. */
  private byte[] value(String given) {
    RowBlock values =
        new RowBlock(new RowType(List.of(new Field("value", type))), 1, RowOrigin.of("filter"));
    byte[] bytes = given.getBytes(UTF_8);
    try {
      new ValueParser().set(values, 0, bytes, 0, bytes.length);
    } catch (BadValueException e) {
      throw new IllegalArgumentException("filter '%s': %s".formatted(condition, e.getMessage()), e);
    }
    values.endRow();
    if (type.isTime()) {
      word = values.word(0, 0);
      return bytes;
    }
    return Arrays.copyOfRange(values.bytes(0), values.start(0, 0), values.end(0, 0));
  }

  /**
   * Returns the column of a condition.
   *
   * @throws IllegalArgumentException if it is not a condition
   */
  public static String column(String condition) {
    return nameIn(partsOf(condition));
  }

  /** Returns whether a condition reads values, not only whether they are null. */
  public static boolean readsValues(String condition) {
    return partsOf(condition).group(2) == null;
  }

  private static Matcher partsOf(String condition) {
    Matcher parts = CONDITION.matcher(condition);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "write a filter as: column >= 4, column = 'text', column is not null; got '"
              + condition
              + "'");
    }
    return parts;
  }

  private static String nameIn(Matcher parts) {
    return parts.group(1).replace("`", "");
  }

  /**
   * Returns whether the condition is true for a row.
   *
   * @throws BadValueException if the value is not a number and is compared with one
   */
  public boolean holds(RowBlock block, int row) throws BadValueException {
    boolean isNull = block.isNull(row, column);
    if (isNull || operator.equals("null") || operator.equals("set")) {
      return isNull ? operator.equals("null") : operator.equals("set");
    }
    int order = number == null ? compareText(block, row) : compareNumber(block, row, number);
    return switch (operator) {
      case "=" -> order == 0;
      case "!=", "<>" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  private int compareText(RowBlock block, int row) {
    if (type.isTime()) {
      return Long.compare(block.word(row, column), word);
    }
    if (!type.isWord() && type != FieldType.BYTES) {
      return Arrays.compareUnsigned(
          block.bytes(column),
          block.start(row, column),
          block.end(row, column),
          text,
          0,
          text.length);
    }
    formatted.clear();
    ValueFormatter.put(block, row, column, formatted);
    return Arrays.compareUnsigned(formatted.array(), 0, formatted.size(), text, 0, text.length);
  }

  private int compareNumber(RowBlock block, int row, BigDecimal with) throws BadValueException {
    if (type.isWhole()) {
      return BigDecimal.valueOf(block.word(row, column)).compareTo(with);
    }
    if (type == FieldType.DOUBLE || type == FieldType.REAL) {
      double value = block.doubleValue(row, column);
      return Double.isNaN(value) || Double.isInfinite(value)
          ? Double.compare(value, with.doubleValue())
          : new BigDecimal(value).compareTo(with);
    }
    formatted.clear();
    ValueFormatter.put(block, row, column, formatted);
    try {
      return new BigDecimal(formatted.toString()).compareTo(with);
    } catch (NumberFormatException e) {
      throw new BadValueException(
          "'"
              + BadValueException.shown(formatted.toString())
              + "' is not a number, but the filter is "
              + condition);
    }
  }
}
