package dev.diagonal.elasticsearch.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DocumentTest {

  @ParameterizedTest
  @EnumSource(Operation.class)
  void survivesItsCoder(Operation operation) throws Exception {
    Document document =
        operation == Operation.DELETE
            ? Document.deletion("é1")
            : Document.of("é1", "{\"title\": \"Toy Story\"}").withOperation(operation);
    for (Document one :
        List.of(
            document,
            document.withIndex("other"),
            document.withRouting("r"),
            document.withIndex("other").withRouting("r"))) {
      byte[] bytes = CoderUtils.encodeToByteArray(Document.coder(), one);
      assertThat(CoderUtils.decodeFromByteArray(Document.coder(), bytes)).isEqualTo(one);
    }
  }

  @Test
  void comparesByContents() {
    assertThat(Document.of("1", "{}"))
        .isEqualTo(Document.of("1", "{}"))
        .hasSameHashCodeAs(Document.of("1", "{}"))
        .isNotEqualTo(Document.of("1", "{ }"))
        .isNotEqualTo(Document.of("2", "{}"))
        .isNotEqualTo(Document.of("1", "{}").withOperation(Operation.CREATE))
        .isNotEqualTo(Document.of("1", "{}").withIndex("other"))
        .isNotEqualTo(Document.of("1", "{}").withRouting("r"))
        .isNotEqualTo(Document.of("1", "{}").withVersion(0));
  }

  @Test
  void doesNotShowItsContents() {
    assertThat(Document.of("1", "{\"secret\":1}")).hasToString("Document[1, 12 bytes]");
  }

  @Test
  void onlyADeletionHasNoSource() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Document.of("1", ""))
        .withMessage("source of document 1 must not be empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Document.of("1", "{}").withOperation(Operation.DELETE))
        .withMessage("source of document 1, a deletion, must be empty");
  }

  @Test
  void onlyWholeDocumentsHaveVersions() throws Exception {
    Document versioned = Document.of("1", "{}").withRouting("r").withVersion(Long.MAX_VALUE);
    byte[] bytes = CoderUtils.encodeToByteArray(Document.coder(), versioned);
    assertThat(CoderUtils.decodeFromByteArray(Document.coder(), bytes)).isEqualTo(versioned);
    for (Operation operation :
        new Operation[] {Operation.CREATE, Operation.UPDATE, Operation.UPSERT}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Document.of("1", "{}").withVersion(1).withOperation(operation))
          .withMessageContaining("document 1 has a version, but " + operation);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Document.deletion("1").withVersion(-1))
        .withMessage("the version of document 1 must be a whole number from 0, got -1");
  }
}
