package dev.diagonal.elasticsearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.diagonal.elasticsearch.bulk.Document;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * Functions that create documents, for {@code MapElements}. To set an operation, an index or a
 * routing, see {@link Document#withOperation} and its siblings. All functions throw {@link
 * IllegalArgumentException} for invalid input; the message shows no contents.
 */
public final class DocumentsOf {

  private static final JsonFactory JSON = new JsonFactory();

  private DocumentsOf() {}

  /**
   * Returns a function from a row to a document of all its fields: nulls as {@code null}, bytes in
   * base 64, times in ISO 8601, decimals as numbers without an exponent.
   *
   * @param idField the field of the id; it must not be null in any row
   */
  public static SerializableFunction<Row, Document> rows(String idField) {
    return row ->
        new Document(
            idOf(row.<@Nullable Object>getValue(idField), idField),
            encode(json -> JsonValues.write(row, json)));
  }

  /** Returns a function from a map to a document of all its entries: see {@link #rows}. */
  public static SerializableFunction<Map<String, ?>, Document> maps(String idField) {
    return map ->
        new Document(idOf(map.get(idField), idField), encode(json -> JsonValues.write(map, json)));
  }

  /**
   * Returns a function from a JSON object in UTF-8 to a document with the same bytes; it parses the
   * object only up to the id.
   *
   * @param idField the field of the id, a text or a number
   */
  public static SerializableFunction<byte[], Document> json(String idField) {
    return bytes -> new Document(idIn(bytes, idField), bytes);
  }

  private static String idOf(@Nullable Object value, String idField) {
    if (value == null) {
      throw new IllegalArgumentException("the field " + idField + ", the id, is null");
    }
    return value.toString();
  }

  private static String idIn(byte[] bytes, String idField) {
    try (JsonParser json = JSON.createParser(bytes)) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          boolean isId = json.currentName().equals(idField);
          JsonToken value = json.nextToken();
          if (isId && value.isScalarValue() && value != JsonToken.VALUE_NULL) {
            return json.getText();
          }
          json.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("not a JSON object: " + e.getClass().getSimpleName());
    }
    throw new IllegalArgumentException("a JSON object has no field " + idField + ", the id");
  }

  private static byte[] encode(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      writing.to(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private interface Writing {
    void to(JsonGenerator json) throws IOException;
  }
}
