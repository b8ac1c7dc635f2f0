package dev.diagonal.rows;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Finds the narrowest type that fits all texts seen in a column: boolean ({@code true} and {@code
 * false}), bigint (without leading zeros, which a number would lose), double (up to 15 digits, so
 * that none is lost), decimal, date, timestamp, instant; else text. A column without a value is
 * text.
 */
public final class InferredTypes {

  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9]\\d{0,17})");
  private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?");
  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
  private static final Pattern TIMESTAMP =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,6})?)?");
  private static final Pattern INSTANT =
      Pattern.compile(TIMESTAMP.pattern() + "(Z|[+-]\\d\\d(:\\d\\d)?)");
  private static final int EXACT_DIGITS = 15;

  private final List<String> names;
  private final List<FieldType> types = new ArrayList<>();
  private final boolean[] seen;

  public InferredTypes(List<String> names) {
    this.names = names;
    this.seen = new boolean[names.size()];
    names.forEach(name -> types.add(FieldType.TEXT));
  }

  /** Takes a value of a column into account. */
  public void saw(int column, String value) {
    saw(column, typeOf(value));
  }

  public void saw(int column, FieldType found) {
    types.set(column, seen[column] ? both(types.get(column), found) : found);
    seen[column] = true;
  }

  public RowType found() {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      fields.add(new Field(names.get(i), types.get(i)));
    }
    return new RowType(fields);
  }

  private static FieldType both(FieldType a, FieldType b) {
    if (a == b) {
      return a;
    }
    if (a.isNumber() && b.isNumber()) {
      return a == FieldType.DECIMAL || b == FieldType.DECIMAL
          ? FieldType.DECIMAL
          : FieldType.DOUBLE;
    }
    return FieldType.TEXT;
  }

  public static FieldType typeOf(String value) {
    if (value.equals("true") || value.equals("false")) {
      return FieldType.BOOLEAN;
    }
    if (WHOLE.matcher(value).matches()) {
      return FieldType.BIGINT;
    }
    if (DECIMAL.matcher(value).matches()) {
      return value.chars().filter(Character::isDigit).count() <= EXACT_DIGITS
          ? FieldType.DOUBLE
          : FieldType.DECIMAL;
    }
    if (DATE.matcher(value).matches() && isDate(value)) {
      return FieldType.DATE;
    }
    if (TIMESTAMP.matcher(value).matches() && isDate(value.substring(0, 10))) {
      return FieldType.TIMESTAMP;
    }
    return INSTANT.matcher(value).matches() && isDate(value.substring(0, 10))
        ? FieldType.INSTANT
        : FieldType.TEXT;
  }

  private static boolean isDate(String value) {
    try {
      var unused = LocalDate.parse(value);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }
}
