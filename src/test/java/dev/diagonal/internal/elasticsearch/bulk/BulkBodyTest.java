package dev.diagonal.internal.elasticsearch.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BulkBodyTest {

  @Test
  void aDocumentIsTwoLines() {
    assertThat(encode(Document.of("1", "{\"a\":1}"), Document.of("2", "{}")))
        .isEqualTo(
            """
            {"index":{"_id":"1"}}
            {"a":1}
            {"index":{"_id":"2"}}
            {}
            """);
  }

  @Test
  void idsAreEscaped() {
    assertThat(encode(Document.of("a\"\\\n\u0001é😀", "{}")))
        .isEqualTo("{\"index\":{\"_id\":\"a\\\"\\\\\\n\\u0001é😀\"}}\n{}\n");
  }

  @Test
  void lineBreaksBetweenTokensBecomeSpaces() {
    assertThat(encode(Document.of("1", "{\r\n  \"a\": \"x\\ny\"\n}")))
        .isEqualTo("{\"index\":{\"_id\":\"1\"}}\n{    \"a\": \"x\\ny\" }\n");
  }

  @Test
  void everyOperationHasItsLines() {
    Document document = Document.of("1", "{\"a\":1}");
    assertThat(
            encode(
                document.withOperation(Operation.CREATE),
                document.withOperation(Operation.UPDATE),
                document.withOperation(Operation.UPSERT).withRouting("r\"1").withIndex("other"),
                Document.deletion("2").withIndex("other")))
        .isEqualTo(
            """
            {"create":{"_id":"1"}}
            {"a":1}
            {"update":{"_id":"1"}}
            {"doc":{"a":1}}
            {"update":{"_id":"1","_index":"other","routing":"r\\"1"}}
            {"doc":{"a":1},"doc_as_upsert":true}
            {"delete":{"_id":"2","_index":"other"}}
            """);
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void knowsTheBytesBefore(Operation operation) {
    Document document =
        operation == Operation.DELETE
            ? Document.deletion("1")
            : Document.of("1", "{\"a\":1}").withOperation(operation);
    assertThat(encode(document)).hasSize((int) BulkBody.bytesOf(document));
    Document elsewhere = document.withIndex("other").withRouting("r");
    assertThat(encode(elsewhere)).hasSize((int) BulkBody.bytesOf(elsewhere));
    if (operation.replacesAll()) {
      Document versioned = elsewhere.withVersion(1234);
      assertThat(encode(versioned))
          .contains("\"routing\":\"r\",\"version_type\":\"external_gte\",\"version\":1234}}\n")
          .hasSize((int) BulkBody.bytesOf(versioned));
    }
  }

  private static String encode(Document... documents) {
    BulkBody body = new BulkBody(10);
    for (Document document : documents) {
      body.add(document);
    }
    return body.toString(UTF_8);
  }
}
