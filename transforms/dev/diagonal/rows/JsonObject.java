package dev.diagonal.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.diagonal.csv.CsvFields;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the object that a line holds. */
public final class JsonObject {

  /** Told of every key and its value. */
  @FunctionalInterface
  public interface Values {
    /**
     * Takes one.
     *
     * @param text as it is spelt; of an object or a list, all of it
     */
    void value(String key, JsonToken token, String text);
  }

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private JsonObject() {}

  /** Reads the first field of a line; returns what is wrong with it, or null. */
  public static @Nullable String read(CsvFields line, Values values) throws IOException {
    int start = line.start(0);
    byte[] bytes = line.bytes();
    try (JsonParser parser = JSON.createParser(bytes, start, line.end(0) - start)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return "it is no JSON object";
      }
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        if (token.isStructStart()) {
          int from = start + (int) parser.currentTokenLocation().getByteOffset();
          parser.skipChildren();
          int to = start + (int) parser.currentLocation().getByteOffset();
          values.value(
              key,
              token,
              new String(bytes, from, to - from, java.nio.charset.StandardCharsets.UTF_8));
        } else {
          values.value(key, token, parser.getText());
        }
      }
      return parser.nextToken() == null ? null : "something follows the JSON object";
    } catch (JsonProcessingException e) {
      return "it is no JSON: " + e.getOriginalMessage();
    }
  }
}
