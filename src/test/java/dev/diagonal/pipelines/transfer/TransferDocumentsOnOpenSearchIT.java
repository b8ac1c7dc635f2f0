package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.Http;
import dev.diagonal.testing.OnOpenSearch;
import dev.diagonal.testing.SearchServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tests of {@link TransferDocumentsIT} on OpenSearch, and those of ingest pipelines, for which
 * only the OpenSearch of the tests has processors.
 */
@OnOpenSearch
final class TransferDocumentsOnOpenSearchIT extends TransferDocumentsIT {

  TransferDocumentsOnOpenSearchIT(@TempDir Path directory, SearchServer server) {
    super(directory, server);
  }

  @Test
  void documentsPassThePipeline() throws Exception {
    pipeline("stamping", "stamp");
    assertDone(transfer(csv("id,n\n1,1\n2,2\n"), "stamped", "--pipeline=stamping"));
    assertThat(count("stamped")).isEqualTo(2);
    assertThat(get("stamped/_doc/1").path("_source"))
        .isEqualTo(JSON.readTree("{\"id\":1,\"n\":1,\"stamp\":\"stamped\"}"));
  }

  @Test
  void documentsThatAPipelineDropsAreBadRecords() throws Exception {
    pipeline("dropping", "drop_odd");
    Path bad = directory.resolve("bad.jsonl");
    var launched =
        transfer(
            csv("id,n\n1,1\n2,2\n3,3\n"), "dropped", "--pipeline=dropping", "--badRecords=" + bad);
    assertDone(launched);
    assertThat(launched.out().get(1)).contains(" 1 rows ");
    assertThat(count("dropped")).isEqualTo(1);
    assertThat(Files.readAllLines(bad))
        .hasSize(2)
        .allMatch(line -> line.contains("an ingest pipeline dropped it"));
  }

  private void pipeline(String name, String processor) {
    Http.send(
        "PUT",
        server.url() + "/_ingest/pipeline/" + name,
        "{\"processors\":[{\"%s\":{}}]}".formatted(processor));
  }
}
