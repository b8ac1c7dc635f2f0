package dev.diagonal.internal.rows.types;

import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.ColumnGuess.Odd;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the narrowest type that fits all texts of a column: boolean ({@code true} and {@code
 * false}), bigint, decimal, date, timestamp, instant; otherwise text. A number must have its
 * canonical form: not {@code 007}, {@code +5} or {@code -0}. Numbers with a decimal point are
 * decimals, which lose no digit. A column without values is text.
 */
public final class InferredTypes {

  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9]\\d{0,17})");
  private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?");
  private static final Pattern NEGATIVE_ZERO = Pattern.compile("-0(\\.0+)?");

  private final List<String> names;
  private final List<Seen> columns = new ArrayList<>();
  private long records;

  public InferredTypes(List<String> names) {
    this.names = names;
    names.forEach(name -> columns.add(new Seen()));
  }

  /** Counts a record whose values were examined. */
  public void record() {
    records++;
  }

  /** Examines a value of a column. */
  public void saw(int column, String value, long line) {
    saw(column, typeOf(value), value, line);
  }

  public void saw(int column, FieldType type, String value, long line) {
    columns.get(column).saw(type, value, line);
  }

  public RowType found() {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      fields.add(new Field(names.get(i), columns.get(i).found()));
    }
    return new RowType(fields);
  }

  /**
   * Returns the guesses.
   *
   * @param place what was read
   */
  public List<ColumnGuess> guesses(String place) {
    String sample =
        records == 1
            ? "the first record of " + place
            : String.format(java.util.Locale.ROOT, "the first %,d records of %s", records, place);
    List<ColumnGuess> guesses = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Seen seen = columns.get(i);
      guesses.add(new ColumnGuess(names.get(i), seen.found(), sample, seen.odd()));
    }
    return guesses;
  }

  public static FieldType typeOf(String value) {
    if (value.equals("true") || value.equals("false")) {
      return FieldType.BOOLEAN;
    }
    if (NEGATIVE_ZERO.matcher(value).matches()) {
      return FieldType.TEXT;
    }
    if (WHOLE.matcher(value).matches()) {
      return FieldType.BIGINT;
    }
    if (DECIMAL.matcher(value).matches()) {
      return FieldType.DECIMAL;
    }
    for (FieldType type : List.of(FieldType.DATE, FieldType.TIMESTAMP, FieldType.INSTANT)) {
      if (ExactText.isTime(type, value)) {
        return type;
      }
    }
    return FieldType.TEXT;
  }

  /** The values of one column. */
  private static final class Seen {
    /** The narrowest type of all values that are not only text. */
    private @Nullable FieldType type;

    private long typed;
    private long texts;
    private boolean differs;
    private boolean structured;
    private @Nullable String odd;
    private long oddLine;

    void saw(FieldType found, String value, long line) {
      structured |= found == FieldType.JSON;
      boolean text = found == FieldType.TEXT;
      if (text) {
        texts++;
      } else {
        typed++;
      }
      if (text || !join(found)) {
        differs |= !text;
        if (odd == null) {
          odd = value;
          oddLine = line;
        }
      }
    }

    private boolean join(FieldType found) {
      FieldType before = type;
      if (before == null || before == found) {
        type = found;
        return true;
      }
      if (before.isNumber() && found.isNumber()) {
        type = FieldType.DECIMAL;
        return true;
      }
      return false;
    }

    FieldType found() {
      if (structured) {
        return FieldType.JSON; // which holds texts and numbers too
      }
      return type == null || texts > 0 || differs ? FieldType.TEXT : type;
    }

    @Nullable Odd odd() {
      return structured || odd == null || type == null || texts > typed
          ? null
          : new Odd(odd, oddLine, type);
    }
  }
}
