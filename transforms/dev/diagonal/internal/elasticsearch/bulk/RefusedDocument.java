package dev.diagonal.internal.elasticsearch.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.elasticsearch.bulk.Document;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.util.CoderUtils;

/**
 * A permanently refused document, and the reason.
 *
 * @param document the document
 * @param status the HTTP status of the document, or {@value #NOT_SENT}
 * @param type Elasticsearch's error type, such as {@code document_parsing_exception}
 * @param reason the error message, without quotations of the document
 */
public record RefusedDocument(Document document, int status, String type, String reason) {

  /** The status of a document that was refused before it was sent. */
  static final int NOT_SENT = 0;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Returns id, status, type and reason, without the contents. */
  public String describe() {
    return "document %s with status %s, %s: %s".formatted(document.id(), status, type, reason);
  }

  /**
   * Returns the element for Beam's error handlers: a JSON object of id, index, operation, status,
   * type, reason and source, and the document encoded by {@link Document#coder}.
   */
  public BadRecord toBadRecord() {
    try {
      return BadRecord.builder()
          .setRecord(
              BadRecord.Record.builder()
                  .setHumanReadableJsonRecord(toJson())
                  .setEncodedRecord(CoderUtils.encodeToByteArray(Document.coder(), document))
                  .setCoder(Document.coder().getClass().getName())
                  .build())
          .setFailure(
              BadRecord.Failure.builder()
                  .setDescription("refused " + document.operation().action())
                  .setException(describe())
                  .build())
          .build();
    } catch (CoderException e) {
      throw new IllegalStateException(e);
    }
  }

  private String toJson() {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", document.id());
    json.put("index", document.index());
    json.put("routing", document.routing());
    json.put("operation", document.operation().name());
    json.put("status", status);
    json.put("type", type);
    json.put("reason", reason);
    json.put("source", new String(document.source(), UTF_8));
    try {
      return JSON.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
