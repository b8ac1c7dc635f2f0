package dev.diagonal.internal.rows.types;

import dev.diagonal.internal.rows.RowType;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Notices a header that looks like a record. */
public final class HeaderRemark {

  private static final int MOST_SHOWN = 200;
  private static final int FIRST_YEAR = 1900;
  private static final int LAST_YEAR = 2100;

  private HeaderRemark() {}

  /**
   * Returns a remark if the names of all columns that are not text are values of their types.
   * Otherwise returns null, also for names that count, such as years.
   *
   * @param columns the names from the header, with the types of the records
   */
  public static @Nullable String of(String file, RowType columns) {
    List<String> values = new ArrayList<>();
    for (Field column : columns.fields()) {
      if (isTyped(column.type())) {
        if (!fits(InferredTypes.typeOf(column.name()), column.type())) {
          return null;
        }
        values.add(column.name());
      }
    }
    return values.isEmpty() || count(values)
        ? null
        : "the first line of %s, '%s', looks like a record and was read as the header: --header=false reads it as a record"
            .formatted(file, shown(String.join(",", columns.names())));
  }

  /** Returns whether a name is rather the value of a column. */
  public static boolean isValue(String name) {
    return InferredTypes.typeOf(name) != FieldType.TEXT;
  }

  private static boolean isTyped(FieldType type) {
    return type != FieldType.TEXT && type != FieldType.JSON;
  }

  private static boolean fits(FieldType name, FieldType column) {
    return name == column || (name.isNumber() && column.isNumber());
  }

  /** Returns whether names are numbers that grow by one: at least three, or two years. */
  private static boolean count(List<String> names) {
    List<Integer> numbers = new ArrayList<>();
    for (String name : names) {
      if (!name.matches("\\d{1,9}")) {
        return false;
      }
      numbers.add(Integer.valueOf(name));
      int last = numbers.size() - 1;
      if (last > 0 && numbers.get(last) - numbers.get(last - 1) != 1) {
        return false;
      }
    }
    return numbers.size() > 2
        || (numbers.size() == 2
            && numbers.stream().allMatch(year -> year >= FIRST_YEAR && year <= LAST_YEAR));
  }

  private static String shown(String line) {
    return line.length() <= MOST_SHOWN ? line : line.substring(0, MOST_SHOWN) + "…";
  }
}
