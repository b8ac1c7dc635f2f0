package dev.diagonal.internal.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.diagonal.internal.bytes.Words;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.FieldType;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Parses values in the format of {@link ValueFormatter}, and a few others: a blank for the T of a
 * timestamp, an offset for the Z of an instant, {@code t}, {@code f}, {@code 1} and {@code 0} for
 * booleans. Plain numbers and dates are parsed from the bytes. Not thread-safe.
 */
public final class ValueParser {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  private final CharsetDecoder utf8 = UTF_8.newDecoder();

  /**
   * Sets a column of the current row to the value of a text.
   *
   * @throws BadValueException if the text is not a value of the column's type
   */
  public void set(RowBlock out, int column, byte[] text, int start, int end)
      throws BadValueException {
    FieldType type = out.typeOf(column);
    switch (type) {
      case BOOLEAN -> out.setWord(column, truth(text, start, end));
      case SMALLINT ->
          out.setWord(column, NumberText.whole(text, start, end, Short.MAX_VALUE, type));
      case INTEGER ->
          out.setWord(column, NumberText.whole(text, start, end, Integer.MAX_VALUE, type));
      case BIGINT -> out.setWord(column, NumberText.whole(text, start, end, Long.MAX_VALUE, type));
      case REAL -> out.setDouble(column, NumberText.real(text, start, end));
      case DOUBLE -> out.setDouble(column, NumberText.floating(text, start, end));
      case DATE -> out.setWord(column, TimeText.date(text, start, end));
      case TIME, TIMESTAMP, INSTANT -> out.setWord(column, TimeText.time(type, text, start, end));
      case TEXT -> out.setBytes(column, text, start, end);
      case BYTES -> setHex(out, column, text, start, end);
      case DECIMAL -> NumberText.setDecimal(out, column, text, start, end);
      case UUID -> {
        String uuid = latin(text, start, end);
        require(isUuid(uuid), type, text, start, end);
        out.setText(column, uuid.toLowerCase(Locale.ROOT));
      }
      case JSON -> {
        require(isJson(text, start, end), type, text, start, end);
        out.setBytes(column, text, start, end);
      }
    }
  }

  /** Refuses decimals with more digits than their column allows; infinities and NaN have none. */
  public static void requireDigits(String number, DecimalSize size) throws BadValueException {
    boolean isFinite = Character.isDigit(number.charAt(number.length() - 1));
    if (isFinite && !size.holds(new BigDecimal(number))) {
      throw new BadValueException(
          "'%s' has more digits than decimal%s allows"
              .formatted(BadValueException.shown(number), size));
    }
  }

  /** Refuses bytes that are not UTF-8. */
  public void requireUtf8(byte[] text, int start, int end) throws BadValueException {
    if (!isUtf8(text, start, end)) {
      throw new BadValueException(
          "'" + BadValueException.shown(latin(text, start, end)) + "' is not UTF-8");
    }
  }

  /** Returns whether bytes are UTF-8. */
  public boolean isUtf8(byte[] text, int start, int end) {
    if (Words.areAscii(text, start, end)) {
      return true;
    }
    try {
      var unused = utf8.decode(ByteBuffer.wrap(text, start, end - start));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static long truth(byte[] text, int start, int end) throws BadValueException {
    String word = latin(text, start, end);
    switch (word.toLowerCase(Locale.ROOT)) {
      case "true", "t", "1", "yes", "y", "on" -> {
        return 1;
      }
      case "false", "f", "0", "no", "n", "off" -> {
        return 0;
      }
      default -> throw BadValueException.of(word, FieldType.BOOLEAN);
    }
  }

  /** Returns whether PostgreSQL accepts a text as a UUID; Java also accepts {@code 1-1-1-1-1}. */
  public static boolean isUuid(String text) {
    return UUID.matcher(text).matches();
  }

  private static void setHex(RowBlock out, int column, byte[] text, int start, int end)
      throws BadValueException {
    int length = end - start;
    require(
        length >= 2 && length % 2 == 0 && text[start] == '\\' && text[start + 1] == 'x',
        FieldType.BYTES,
        text,
        start,
        end);
    byte[] bytes = new byte[length / 2 - 1];
    for (int i = 0; i < bytes.length; i++) {
      int high = Character.digit(text[start + 2 + 2 * i], 16);
      int low = Character.digit(text[start + 3 + 2 * i], 16);
      require(high >= 0 && low >= 0, FieldType.BYTES, text, start, end);
      bytes[i] = (byte) (high << 4 | low);
    }
    out.setBytes(column, bytes, 0, bytes.length);
  }

  private static boolean isJson(byte[] text, int start, int end) {
    try (JsonParser parser = JSON.createParser(text, start, end - start)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  static void require(boolean good, FieldType type, byte[] text, int start, int end)
      throws BadValueException {
    if (!good) {
      throw bad(type, text, start, end);
    }
  }

  static BadValueException bad(FieldType type, byte[] text, int start, int end) {
    return BadValueException.of(new String(text, start, end - start, UTF_8), type);
  }

  static String latin(byte[] text, int start, int end) {
    return new String(text, start, end - start, ISO_8859_1);
  }
}
