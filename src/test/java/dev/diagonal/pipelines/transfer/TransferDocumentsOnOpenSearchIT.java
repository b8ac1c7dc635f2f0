package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.OnOpenSearch;
import dev.diagonal.testing.SearchServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {"new", "existing"})
  void fieldsOfADataStreamAreNotGuessed(String state) throws Exception {
    String stream = "stream-" + state;
    String url = server.url();
    Http.send(
        "PUT",
        url + "/_index_template/" + stream,
        "{\"index_patterns\":[\"*%s\"],\"data_stream\":{},\"priority\":700}".formatted(stream));
    if (state.equals("existing")) {
      Http.send("PUT", url + "/_data_stream/documents-" + stream, "");
      Http.send("POST", url + "/documents-" + stream + "/_rollover", "");
    }
    String rows = "id,ratio,@timestamp\n1,1,2026-11-21T10:00:00\n2,0.9,2026-11-21T10:00:01\n";
    if (state.equals("existing")) {
      assertThat(transfer(csv(rows), stream, "--dryRun").out())
          .anyMatch(line -> line.contains("fields would be added") && line.contains("ratio"));
    }
    assertDone(transfer(csv(rows), stream));
    assertThat(count(stream)).isEqualTo(2);
    List<JsonNode> types = get(stream + "/_mapping").findValues("ratio");
    assertThat(types).hasToString("[{\"type\":\"double\"}]");
  }

  private void pipeline(String name, String processor) {
    Http.send(
        "PUT",
        server.url() + "/_ingest/pipeline/" + name,
        "{\"processors\":[{\"%s\":{}}]}".formatted(processor));
  }
}
