package dev.diagonal.elasticsearch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.testing.OnOpenSearch;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The tests of {@link IndexDocumentsFaultsIT} on OpenSearch. */
@Tag("large")
@OnOpenSearch
final class IndexDocumentsFaultsOnOpenSearchIT extends IndexDocumentsFaultsIT {

  /** OpenSearch answers 400 where Elasticsearch 8.7 answers 500, so each document is refused. */
  @Test
  @Override
  void realServerErrorFailsTheRunImmediately() {
    try (FaultyProxy proxy = FaultyProxy.before(server, FaultyProxy.breaksUtf8())) {
      assertThatThrownBy(() -> write(ElasticsearchTarget.at(proxy.url(), index)))
          .hasMessageContaining("document 1 with status 400, json_parse_exception");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
