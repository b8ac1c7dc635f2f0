package dev.diagonal.internal.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.diagonal.internal.csv.CsvFields;
import dev.diagonal.rows.CsvFormat;
import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Parses the JSON object in a line of UTF-8. Strings and keys may be as long as a record. A string
 * with half of a surrogate pair is refused, since UTF-8 cannot represent it.
 */
public final class JsonObject {

  /** Receives every key and its value. */
  @FunctionalInterface
  public interface Values {
    /**
     * Receives one key and its value.
     *
     * @param text the characters of a string, or any other value as it is written
     */
    void value(String key, JsonToken token, String text) throws BadValueException;
  }

  private static final String EXPECTED = "; each line must be one JSON object, in UTF-8";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(CsvFormat.MAX_RECORD_BYTES).build())
          .build();

  private JsonObject() {}

  /** Parses a line; returns the error, or null. */
  public static @Nullable String read(CsvFields line, Values values) throws IOException {
    return read(line, values, key -> false);
  }

  /**
   * Parses a line.
   *
   * @param asWritten the keys whose values are passed on as they are written, strings in quotes
   * @return the error, or null
   */
  public static @Nullable String read(CsvFields line, Values values, Predicate<String> asWritten)
      throws IOException {
    int start = line.start(0);
    int end = line.end(line.count() - 1); // the whole line, also where a delimiter is in it
    byte[] bytes = line.bytes();
    if (!new ValueParser().isUtf8(bytes, start, end)) {
      return "it is not UTF-8" + EXPECTED; // Jackson accepts overlong forms
    }
    try (JsonParser parser = JSON.createParser(bytes, start, end - start)) {
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT) {
        String wayOut =
            first == JsonToken.START_ARRAY ? " (jq -c '.[]' FILE makes lines of an array)" : "";
        return "it is " + shown(first) + EXPECTED + wayOut;
      }
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        if (key.isBlank() || hasHalfCharacter(key)) {
          return "a key is blank or not a text: '" + key + "'";
        }
        JsonToken token = parser.nextToken();
        if (token.isStructStart() || asWritten.test(key)) {
          int from = start + (int) parser.currentTokenLocation().getByteOffset();
          parser.skipChildren();
          parser.finishToken();
          int to = start + (int) parser.currentLocation().getByteOffset();
          values.value(key, token, new String(bytes, from, to - from, UTF_8));
        } else {
          String text = parser.getText();
          if (token == JsonToken.VALUE_STRING && hasHalfCharacter(text)) {
            return "key '"
                + key
                + "': its text has half of a surrogate pair, which is not a character";
          }
          values.value(key, token, text);
        }
      }
      return parser.nextToken() == null ? null : "something follows the JSON object" + EXPECTED;
    } catch (JsonEOFException e) {
      return "the JSON object does not end in this line" + EXPECTED;
    } catch (JsonProcessingException e) {
      String duplicate = e.getOriginalMessage();
      if (duplicate.startsWith("Duplicate field ")) {
        return "an object has the key "
            + duplicate.substring("Duplicate field ".length())
            + " twice, and databases keep one of its values";
      }
      // Jackson's advice is for programmers.
      String reason = e.getOriginalMessage().replaceFirst(": enable `.*` to allow", "");
      return "it is not JSON: " + reason + EXPECTED;
    } catch (BadValueException e) {
      return e.getMessage();
    }
  }

  /**
   * Returns the characters of a JSON string, or any other value as it is written.
   *
   * @throws BadValueException if it is not JSON, or UTF-8 cannot represent the characters
   */
  public static String text(byte[] json, int start, int end) throws BadValueException {
    if (start == end || json[start] != '"') {
      return new String(json, start, end - start, UTF_8);
    }
    try (JsonParser parser = JSON.createParser(json, start, end - start)) {
      JsonToken unused = parser.nextToken();
      String text = parser.getText();
      if (hasHalfCharacter(text)) {
        throw new BadValueException(
            "a text has half of a surrogate pair, which is not a character");
      }
      return text;
    } catch (IOException e) {
      throw new BadValueException("a text is not JSON: " + e.getMessage());
    }
  }

  private static String shown(@Nullable JsonToken token) {
    if (token == null) {
      return "blank";
    }
    return token == JsonToken.START_ARRAY ? "a JSON array" : "a JSON value but not an object";
  }

  private static boolean hasHalfCharacter(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return true;
        }
        i++;
      }
    }
    return false;
  }
}
