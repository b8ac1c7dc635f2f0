package dev.diagonal.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.write.Secret;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.junit.jupiter.api.Test;

class IndexDocumentsTest {

  private static final IndexDocuments INDEX =
      IndexDocuments.into(
          ElasticsearchTarget.at("http://es:9200", "movies").withUser("me", new Secret("hunter2")));

  @Test
  void refusesBulksOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> INDEX.withBulkDocuments(0))
        .withMessage("bulkDocuments must be within 1 to 100000, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> INDEX.withBulkBytes((1L << 30) + 1))
        .withMessage("bulkBytes must be within 1 to 1073741824, got 1073741825");
  }

  @Test
  void displaysNoSecret() {
    assertThat(DisplayData.from(INDEX).toString())
        .contains("http://es:9200/movies")
        .doesNotContain("hunter2");
  }
}
