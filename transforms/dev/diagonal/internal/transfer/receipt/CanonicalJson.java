package dev.diagonal.internal.transfer.receipt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.diagonal.internal.bytes.ByteBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Formats JSON canonically: no blanks, keys in the order of their UTF-8 bytes, the last value of a
 * repeated key, numbers without exponents and trailing zeros, and only required escapes.
 */
final class CanonicalJson {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNestingDepth(100_000)
                  .build())
          .build();

  private CanonicalJson() {}

  /** Returns the canonical form of a JSON value; the unchanged bytes if it is not JSON. */
  static byte[] of(byte[] json, int start, int end) {
    ByteBuilder out = new ByteBuilder(end - start + 16);
    try (JsonParser parser = JSON.createParser(json, start, end - start)) {
      if (parser.nextToken() != null) {
        put(parser, out);
      }
    } catch (com.fasterxml.jackson.core.JsonProcessingException notJson) {
      return Arrays.copyOfRange(json, start, end);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void put(JsonParser parser, ByteBuilder out) throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> putObject(parser, out);
      case START_ARRAY -> {
        out.put('[');
        boolean first = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          if (!first) {
            out.put(',');
          }
          first = false;
          put(parser, out);
        }
        out.put(']');
      }
      case VALUE_STRING -> putText(parser.getText(), out);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> out.put(CanonicalNumber.of(parser.getText()));
      default -> out.put(parser.getText());
    }
  }

  private static void putObject(JsonParser parser, ByteBuilder out) throws IOException {
    Map<byte[], byte[]> values = new TreeMap<>(Arrays::compareUnsigned);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      ByteBuilder key = new ByteBuilder(32);
      putText(parser.getText(), key);
      byte[] name = parser.getText().getBytes(UTF_8);
      ByteBuilder value = new ByteBuilder(64);
      value.put(key.array(), 0, key.size());
      value.put(':');
      JsonToken unused = parser.nextToken();
      put(parser, value);
      values.put(name, value.toByteArray());
    }
    int separator = '{';
    for (byte[] value : values.values()) {
      out.put(separator);
      out.put(value, 0, value.length);
      separator = ',';
    }
    if (values.isEmpty()) {
      out.put('{');
    }
    out.put('}');
  }

  private static void putText(String text, ByteBuilder out) {
    StringBuilder escaped = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> escaped.append('\\').append(c);
        case '\b' -> escaped.append("\\b");
        case '\f' -> escaped.append("\\f");
        case '\n' -> escaped.append("\\n");
        case '\r' -> escaped.append("\\r");
        case '\t' -> escaped.append("\\t");
        default -> {
          if (c < ' ') {
            escaped.append("\\u%04x".formatted((int) c));
          } else {
            escaped.append(c);
          }
        }
      }
    }
    byte[] bytes = escaped.append('"').toString().getBytes(UTF_8);
    out.put(bytes, 0, bytes.length);
  }
}
