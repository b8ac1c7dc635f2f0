package dev.diagonal.internal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchConnection;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.AnswerException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import org.elasticsearch.client.Request;
import org.jspecify.annotations.Nullable;

/**
 * The index that receives the documents of a target. The target may be an alias of several indexes,
 * or a data stream: then one of them is written, and the others only answer searches.
 */
public final class WriteIndex {

  /** Changes a mapping of the index that is written, and of no other index of the target. */
  static final String PUT_MAPPING = "/_mapping?write_index_only=true";

  /** The path of a data stream, without its name. */
  static final String DATA_STREAM = "/_data_stream/";

  /** The user has no right to a request, or the server does not have it. */
  static final Set<Integer> UNREADABLE = Set.of(400, 403, 404, 405);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NOT_FOUND = 404;

  private WriteIndex() {}

  /**
   * Returns the index with its mappings, by its name; null if the target does not exist. Returns
   * all indexes of the target if it has several and none is known to be the one that is written.
   */
  public static @Nullable JsonNode mappings(
      ElasticsearchConnection connection, ElasticsearchTarget target) throws IOException {
    JsonNode all = get(connection, target.request("GET", "/_mapping"));
    if (all == null || all.size() < 2) {
      return all;
    }
    String name = isDataStream(all) ? newest(connection, target) : marked(connection, target);
    JsonNode index = name == null ? null : all.get(name);
    return index == null ? all : JSON.createObjectNode().set(name, index);
  }

  /** Returns whether a target with these mappings is a data stream. */
  static boolean isDataStream(JsonNode mappings) {
    for (JsonNode index : mappings) {
      if (index.path("mappings").path("_data_stream_timestamp").path("enabled").asBoolean()) {
        return true;
      }
    }
    return false;
  }

  /** Returns the index that was added last to a data stream, or null if it is unknown. */
  private static @Nullable String newest(
      ElasticsearchConnection connection, ElasticsearchTarget target) throws IOException {
    JsonNode streams = getIfAllowed(connection, target.serverRequest("GET", DATA_STREAM));
    JsonNode indexes = streams.at("/data_streams/0/indices");
    JsonNode last = indexes.path(indexes.size() - 1).path("index_name");
    return last.isTextual() ? last.asText() : null;
  }

  /** Returns the index of an alias that is marked as the one to write, or null if none is. */
  private static @Nullable String marked(
      ElasticsearchConnection connection, ElasticsearchTarget target) throws IOException {
    JsonNode indexes = getIfAllowed(connection, target.serverRequest("GET", "/_alias/"));
    for (var index : indexes.properties()) {
      JsonNode alias = index.getValue().path("aliases").path(target.index());
      if (alias.path("is_write_index").asBoolean()) {
        return index.getKey();
      }
    }
    return null;
  }

  /** Returns the answer; an empty object if it cannot be read. */
  static JsonNode getIfAllowed(ElasticsearchConnection connection, Request request)
      throws IOException {
    try {
      JsonNode found = get(connection, request);
      return found == null ? JSON.createObjectNode() : found;
    } catch (AnswerException e) {
      if (UNREADABLE.contains(e.status())) {
        return JSON.createObjectNode();
      }
      throw e;
    }
  }

  private static @Nullable JsonNode get(ElasticsearchConnection connection, Request request)
      throws IOException {
    try (InputStream content = connection.perform(request).getEntity().getContent()) {
      return JSON.readTree(content);
    } catch (AnswerException e) {
      if (e.status() == NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }
}
