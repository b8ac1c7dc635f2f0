package dev.diagonal.internal.elasticsearch.bulk;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses Elasticsearch's response to a bulk request, token by token. */
final class BulkResponse {

  /**
   * The requested parts of a response. Every item keeps its status, so that items stay in order;
   * the last two explain why a whole request is refused.
   */
  static final String FILTER =
      "errors,items.*.status,items.*.result,items.*.error.type,items.*.error.reason,error.type,error.reason";

  /** The error type of a document that an ingest pipeline dropped. */
  static final String DROPPED = "dropped";

  private static final JsonFactory JSON = new JsonFactory();

  /** The texts in a reason after which the server quotes the document. */
  private static final List<String> QUOTATIONS =
      List.of("Preview of field's value", "The prefix of the first immense term is");

  private BulkResponse() {}

  /**
   * The result of the document at the same position in the request.
   *
   * @param type the error type; empty if there is none
   * @param reason the error message, without quotations of the document
   * @param isNoop whether an update changed nothing
   */
  record Item(int status, String type, String reason, boolean isNoop) {

    Item(int status, String type, String reason) {
      this(status, type, reason, false);
    }
  }

  /**
   * Returns the items of a response, one per document of the request, in the same order.
   *
   * @throws IOException if this is not a complete response to a request of {@code sent} documents
   */
  static List<Item> read(InputStream answer, int sent) throws IOException {
    List<Item> items = new ArrayList<>(sent);
    try (JsonParser json = JSON.createParser(answer)) {
      expect(json.nextToken(), JsonToken.START_OBJECT);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean isItems = json.currentName().equals("items");
        JsonToken value = json.nextToken();
        if (isItems) {
          expect(value, JsonToken.START_ARRAY);
          while (json.nextToken() == JsonToken.START_OBJECT) {
            items.add(readAction(json));
          }
          expect(json.currentToken(), JsonToken.END_ARRAY);
        } else {
          json.skipChildren();
        }
      }
      expect(json.currentToken(), JsonToken.END_OBJECT);
    }
    if (items.size() != sent) {
      throw new IOException(
          "the response to a bulk request of %s documents has %s items"
              .formatted(sent, items.size()));
    }
    return items;
  }

  /** Reads {@code {"index": {...}}}, from its opening brace to its closing one. */
  private static Item readAction(JsonParser json) throws IOException {
    expect(json.nextToken(), JsonToken.FIELD_NAME);
    String action = json.getText();
    expect(json.nextToken(), JsonToken.START_OBJECT);
    int status = 0;
    boolean noop = false;
    String type = "";
    String reason = "";
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      if (field.equals("status")) {
        expect(value, JsonToken.VALUE_NUMBER_INT);
        status = json.getIntValue();
      } else if (field.equals("result")) {
        // An update that changes nothing is also a noop, but its document exists.
        noop = value == JsonToken.VALUE_STRING && json.getText().equals("noop");
        if (noop && !action.equals("update")) {
          type = DROPPED;
          reason = "an ingest pipeline dropped it";
        }
      } else if (field.equals("error") && value == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String detail = json.currentName();
          json.nextToken();
          if (detail.equals("type")) {
            type = json.getValueAsString("");
          } else if (detail.equals("reason")) {
            reason = withoutQuotation(json.getValueAsString(""));
          } else {
            json.skipChildren();
          }
        }
      } else {
        json.skipChildren();
      }
    }
    expect(json.currentToken(), JsonToken.END_OBJECT);
    expect(json.nextToken(), JsonToken.END_OBJECT);
    return new Item(status, type, reason, noop);
  }

  static String withoutQuotation(String reason) {
    String shown = reason;
    for (String quotation : QUOTATIONS) {
      int start = shown.indexOf(quotation);
      shown = start < 0 ? shown : shown.substring(0, start).stripTrailing();
    }
    return shown;
  }

  private static void expect(@Nullable JsonToken found, JsonToken expected) throws IOException {
    if (found != expected) {
      throw new IOException(
          "the response to a bulk request is truncated or invalid: expected %s, found %s"
              .formatted(expected, found == null ? "its end" : found));
    }
  }
}
