package dev.diagonal.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;

class DocumentTest {

  @Test
  void survivesItsCoder() throws Exception {
    Document document = Document.of("é1", "{\"title\": \"Toy Story\"}");
    byte[] bytes = CoderUtils.encodeToByteArray(Document.coder(), document);
    assertThat(CoderUtils.decodeFromByteArray(Document.coder(), bytes)).isEqualTo(document);
  }

  @Test
  void comparesByContents() {
    assertThat(Document.of("1", "{}"))
        .isEqualTo(Document.of("1", "{}"))
        .hasSameHashCodeAs(Document.of("1", "{}"))
        .isNotEqualTo(Document.of("1", "{ }"))
        .isNotEqualTo(Document.of("2", "{}"));
  }

  @Test
  void doesNotShowItsContents() {
    assertThat(Document.of("1", "{\"secret\":1}")).hasToString("Document[1, 12 bytes]");
  }

  @Test
  void refusesIdsAndSourcesThatElasticsearchWouldRefuse() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Document.of("", "{}"))
        .withMessage("id must have 1 to 512 bytes in UTF-8, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Document.of("é".repeat(257), "{}"))
        .withMessage("id must have 1 to 512 bytes in UTF-8, got 514");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Document.of("1", ""))
        .withMessage("source of document 1 must not be empty");
    assertThat(Document.of("é".repeat(256), "{}").id()).hasSize(256);
  }
}
