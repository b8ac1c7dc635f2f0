package dev.diagonal.internal.transfer.receipt;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.bytes.ByteBuilder;
import java.math.BigDecimal;
import java.util.Locale;

/** Formats numbers canonically: without an exponent, redundant zeros, a plus sign or minus zero. */
final class CanonicalNumber {

  /** More digits than PostgreSQL's numeric has; a longer number keeps its exponent. */
  private static final int MOST_DIGITS = 200_000;

  private CanonicalNumber() {}

  /** Writes a number in text form: digits, {@code NaN}, or an infinity. */
  static void put(byte[] text, int start, int end, ByteBuilder out) {
    if (isPlain(text, start, end)) {
      out.put(text, start, withoutZeros(text, start, end));
    } else {
      out.put(of(new String(text, start, end - start, UTF_8)));
    }
  }

  /**
   * Returns whether it consists of digits with an optional minus and point, no leading zero, and is
   * not minus zero.
   */
  private static boolean isPlain(byte[] text, int start, int end) {
    int at = start < end && text[start] == '-' ? start + 1 : start;
    int first = at;
    int point = -1;
    for (; at < end; at++) {
      if (text[at] == '.' && point < 0) {
        point = at;
      } else if (text[at] < '0' || text[at] > '9') {
        return false;
      }
    }
    int whole = (point < 0 ? end : point) - first;
    boolean zero = whole > 0 && text[first] == '0';
    return whole > 0 && (!zero || whole == 1) && !(zero && first > start);
  }

  private static int withoutZeros(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (text[i] == '.') {
        int last = end;
        while (text[last - 1] == '0') {
          last--;
        }
        return text[last - 1] == '.' ? last - 1 : last;
      }
    }
    return end;
  }

  /** Returns the canonical form of a number. */
  static String of(String text) {
    char last = text.charAt(text.length() - 1);
    if (!Character.isDigit(last) && last != '.') {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "nan" -> "NaN";
        case "-infinity", "-inf" -> "-Infinity";
        default -> "Infinity";
      };
    }
    BigDecimal number = new BigDecimal(text).stripTrailingZeros();
    if (number.signum() == 0) {
      return "0";
    }
    boolean fits = Math.abs((long) number.scale()) <= MOST_DIGITS;
    return fits ? number.toPlainString() : number.toString();
  }
}
