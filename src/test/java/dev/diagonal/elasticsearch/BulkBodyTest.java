package dev.diagonal.elasticsearch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

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
  void theLastDocumentOfAnIdStays() {
    Document first = Document.of("1", "{\"v\":1}");
    Document other = Document.of("2", "{}");
    Document last = Document.of("1", "{\"v\":2}");
    assertThat(BulkBody.lastOfEachId(List.of(first, other, last))).containsExactly(last, other);
  }

  @Test
  void cutsByDocuments() {
    List<Document> documents = documents(5, 10);
    assertThat(BulkBody.cut(documents, 2, 1 << 20))
        .containsExactly(documents.subList(0, 2), documents.subList(2, 4), documents.subList(4, 5));
    assertThat(BulkBody.cut(List.of(), 2, 1 << 20)).isEmpty();
  }

  @Test
  void cutsByBytesOfTheBody() {
    List<Document> documents = documents(4, 100);
    int two = BulkBody.encode(documents.subList(0, 2)).length;
    assertThat(BulkBody.cut(documents, 1_000, two))
        .containsExactly(documents.subList(0, 2), documents.subList(2, 4));
    assertThat(BulkBody.cut(documents, 1_000, two - 1)).hasSize(4);
  }

  @Test
  void aDocumentLargerThanARequestGoesAlone() {
    List<Document> documents =
        List.of(Document.of("1", "{}"), documents(1, 1_000).get(0), Document.of("3", "{}"));
    assertThat(BulkBody.cut(documents, 1_000, 100))
        .containsExactly(documents.subList(0, 1), documents.subList(1, 2), documents.subList(2, 3));
  }

  private static List<Document> documents(int count, int bytes) {
    return IntStream.range(0, count)
        .mapToObj(i -> Document.of("" + i, "{" + " ".repeat(bytes - 2) + "}"))
        .toList();
  }

  private static String encode(Document... documents) {
    return new String(BulkBody.encode(List.of(documents)), UTF_8);
  }
}
