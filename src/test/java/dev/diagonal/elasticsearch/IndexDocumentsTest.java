package dev.diagonal.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Secret;
import java.time.Duration;
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
    assertThatIllegalArgumentException()
        .isThrownBy(() -> INDEX.withMaxDocumentBytes(0))
        .withMessage("maxDocumentBytes must be within 1 to 1073741824, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> INDEX.withBulkRequests(0))
        .withMessage("bulkRequests must be within 1 to 1000, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> INDEX.withWriterRequests(1_001))
        .withMessage("writerRequests must be within 1 to 1000, got 1001");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> INDEX.withRequestTimeout(Duration.ZERO))
        .withMessage("requestTimeout must be above 0 and at most a day, got PT0S");
  }

  @Test
  void displaysNoSecret() {
    assertThat(DisplayData.from(INDEX).toString())
        .contains("http://es:9200/movies")
        .doesNotContain("hunter2");
  }
}
