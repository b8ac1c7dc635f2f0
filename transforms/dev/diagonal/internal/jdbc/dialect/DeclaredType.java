package dev.diagonal.internal.jdbc.dialect;

import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The type of a column as a database shows it.
 *
 * @param name in lower case, without numbers and without {@code unsigned}
 * @param numbers those in parentheses, such as length, or precision and scale
 */
record DeclaredType(String name, List<Integer> numbers, boolean isUnsigned) {

  private static final Pattern TYPE =
      Pattern.compile("([^(]*?)\\s*(?:\\(\\s*(\\d+)\\s*(?:,\\s*(\\d+)\\s*)?\\))?([^()]*)");

  /** Parses a type such as {@code decimal(10,2) unsigned}; any other text is a name. */
  static DeclaredType of(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    Matcher type = TYPE.matcher(lower);
    if (!type.matches()) {
      return new DeclaredType(lower.replaceFirst("(?s)\\(.*", "").strip(), List.of(), false);
    }
    List<Integer> numbers = new ArrayList<>();
    for (int group = 2; group <= 3; group++) {
      if (type.group(group) != null && type.group(group).length() < 9) {
        numbers.add(Integer.valueOf(type.group(group)));
      }
    }
    String words = (type.group(1) + " " + type.group(4)).strip();
    String name = words.replaceAll("\\b(unsigned|signed|zerofill)\\b", "").strip();
    boolean unsigned = words.contains("unsigned") || words.contains("zerofill");
    return new DeclaredType(name.replaceAll(" +", " "), List.copyOf(numbers), unsigned);
  }

  /** Returns a number in parentheses, or {@code otherwise} if it is missing. */
  int number(int index, int otherwise) {
    return index < numbers.size() ? numbers.get(index) : otherwise;
  }

  /**
   * Returns a decimal type with the declared digits, or with the given ones if none are declared.
   */
  NamedType decimal(int precision, int scale) {
    int digits = number(0, precision);
    int fraction = numbers.isEmpty() ? scale : number(1, 0);
    return digits < 1 || fraction > digits
        ? new NamedType(FieldType.DECIMAL, null)
        : new NamedType(FieldType.DECIMAL, new DecimalSize(digits, fraction));
  }
}
