package dev.diagonal.internal.rows.types;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.diagonal.internal.rows.TimeText;
import dev.diagonal.rows.FieldType;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;

/**
 * Decides whether a text is the canonical form of its value, so that writing the value returns the
 * same text. Times may have a blank or a T, optional seconds, and any offset, since the instant is
 * the same.
 */
public final class ExactText {

  private static final int DATE_LENGTH = 10;

  private static final Pattern TIMESTAMP =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,6})?)?");
  private static final Pattern INSTANT =
      Pattern.compile(TIMESTAMP.pattern() + "(Z|[+-]\\d\\d(:\\d\\d)?)");

  private ExactText() {}

  /** Returns whether a text that is a value of a type is in canonical form. */
  public static boolean isExact(FieldType type, byte[] text, int start, int end) {
    return switch (type) {
      case BOOLEAN -> end - start >= 4 && (text[start] == 't' || text[start] == 'f');
      case BIGINT -> isExactWhole(text, start, end);
      case DECIMAL -> isExactDecimal(text, start, end);
      case DATE -> end - start == DATE_LENGTH;
      case TIMESTAMP -> TIMESTAMP.matcher(latin(text, start, end)).matches();
      case INSTANT -> INSTANT.matcher(latin(text, start, end)).matches();
      default -> true;
    };
  }

  /** Returns whether a text is a date or time of this type in canonical form. */
  static boolean isTime(FieldType type, String text) {
    try {
      return switch (type) {
        case DATE -> text.length() == DATE_LENGTH && LocalDate.parse(text).getYear() >= 0;
        case TIMESTAMP ->
            TIMESTAMP.matcher(text).matches() && LocalDateTime.parse(withT(text)).getYear() >= 0;
        default ->
            INSTANT.matcher(text).matches()
                && OffsetDateTime.parse(withT(text), TimeText.WITH_OFFSET).getYear() >= 0;
      };
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static String withT(String text) {
    return text.replace(' ', 'T');
  }

  private static boolean isExactWhole(byte[] text, int start, int end) {
    int first = start < end && text[start] == '-' ? start + 1 : start;
    if (first == end || text[first] < '0') { // a plus sign, for example
      return false;
    }
    return text[first] != '0' || (end - start == 1);
  }

  private static boolean isExactDecimal(byte[] text, int start, int end) {
    boolean negative = start < end && text[start] == '-';
    int first = negative ? start + 1 : start;
    boolean zero = true;
    int point = end;
    for (int i = first; i < end; i++) {
      byte c = text[i];
      if (c == '.' && point == end) {
        point = i;
      } else if (c < '0' || c > '9') {
        return false;
      } else {
        zero &= c == '0';
      }
    }
    boolean digits = point > first && point != end - 1;
    boolean leadingZero = first < point - 1 && text[first] == '0';
    return digits && !leadingZero && !(negative && zero);
  }

  private static String latin(byte[] text, int start, int end) {
    return new String(text, start, end - start, ISO_8859_1);
  }
}
