package dev.diagonal.internal.elasticsearch.bulk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.AnswerException;
import dev.diagonal.internal.metrics.RunRecorder;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.elasticsearch.client.Request;

/** What Elasticsearch has counted for an index, for the report of a run. */
final class IndexFigures {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REJECTED = "/_nodes/stats/thread_pool";

  private IndexFigures() {}

  /** Notes that a run uses an index, whose server has just responded. */
  static void note(ElasticsearchTarget target) {
    RunRecorder.server(target.toString(), () -> read(target));
  }

  private static Map<String, Long> read(ElasticsearchTarget target) throws IOException {
    Map<String, Long> figures = new LinkedHashMap<>();
    try (ElasticsearchConnection connection = new ElasticsearchConnection(target)) {
      JsonNode total =
          ask(connection, target.request("GET", "/_stats/indexing,refresh,merge"))
              .at("/_all/total"); // none of an index that is missing
      figures.put("documents_indexed", total.at("/indexing/index_total").asLong());
      figures.put("indexing_millis", total.at("/indexing/index_time_in_millis").asLong());
      figures.put("refresh_millis", total.at("/refresh/total_time_in_millis").asLong());
      figures.put("merge_millis", total.at("/merges/total_time_in_millis").asLong());
      long rejected = 0;
      for (JsonNode node : ask(connection, new Request("GET", REJECTED)).path("nodes")) {
        rejected += node.at("/thread_pool/write/rejected").asLong();
      }
      figures.put("writes_rejected", rejected);
    }
    return figures;
  }

  private static JsonNode ask(ElasticsearchConnection connection, Request request)
      throws IOException {
    try (InputStream content = connection.perform(request).getEntity().getContent()) {
      return JSON.readTree(content);
    } catch (AnswerException e) { // the index is missing, or the user has no right to its figures
      return JSON.missingNode();
    }
  }
}
