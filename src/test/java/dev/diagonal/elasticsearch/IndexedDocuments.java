package dev.diagonal.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.testing.Http;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Reads an index back, past whatever it was written through. */
final class IndexedDocuments {

  private static final ObjectMapper JSON = new ObjectMapper();

  private IndexedDocuments() {}

  /** Returns how many documents there are, once the index is refreshed. */
  static long count(String url, String index) throws IOException {
    Http.send("POST", url + "/" + index + "/_refresh", "");
    return JSON.readTree(Http.get(url + "/" + index + "/_count")).path("count").asLong();
  }

  /** Returns up to 10,000 documents by id, once the index is refreshed. */
  static Map<String, String> sources(String url, String index) throws IOException {
    Http.send("POST", url + "/" + index + "/_refresh", "");
    JsonNode hits =
        JSON.readTree(Http.get(url + "/" + index + "/_search?size=10000"))
            .path("hits")
            .path("hits");
    Map<String, String> sources = new TreeMap<>();
    hits.forEach(hit -> sources.put(hit.path("_id").asText(), hit.path("_source").toString()));
    return sources;
  }

  /** Returns the sum of a field over all documents, once the index is refreshed. */
  static long sum(String url, String index, String field) throws IOException {
    Http.send("POST", url + "/" + index + "/_refresh", "");
    String query = "{\"size\":0,\"aggs\":{\"sum\":{\"sum\":{\"field\":\"%s\"}}}}".formatted(field);
    return JSON.readTree(Http.send("POST", url + "/" + index + "/_search", query))
        .at("/aggregations/sum/value")
        .asLong();
  }
}
