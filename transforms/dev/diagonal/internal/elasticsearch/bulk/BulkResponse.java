package dev.diagonal.internal.elasticsearch.bulk;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Elasticsearch's answer to a bulk request, read token by token. */
final class BulkResponse {

  /**
   * What of an answer is asked for. Every item keeps its status, so that items stay in order; the
   * last two say why a whole request is refused.
   */
  static final String FILTER =
      "errors,items.*.status,items.*.result,items.*.error.type,items.*.error.reason,error.type,error.reason";

  /** The type of the fault of a document that the server took and did not write. */
  static final String DROPPED = "dropped";

  private static final JsonFactory JSON = new JsonFactory();

  /** Where the reason for a refusal begins to quote the document. */
  private static final List<String> QUOTATIONS =
      List.of("Preview of field's value", "The prefix of the first immense term is");

  private BulkResponse() {}

  /**
   * What became of the document at the same position in the request.
   *
   * @param type the kind of fault; empty if there is none
   * @param reason the fault in words, without what it quotes of the document
   * @param isNoop whether an update changed nothing
   */
  record Item(int status, String type, String reason, boolean isNoop) {

    Item(int status, String type, String reason) {
      this(status, type, reason, false);
    }
  }

  /**
   * Returns the items of an answer, one for each document of the request, in the same order.
   *
   * @throws IOException if this is not a complete answer to a request of {@code sent} documents
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
          "answer to a bulk request of %s documents has %s items".formatted(sent, items.size()));
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
        // An update that changes nothing is a noop too, and its document is there.
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
          "answer to a bulk request is cut or not one: expected %s, found %s"
              .formatted(expected, found == null ? "its end" : found));
    }
  }
}
