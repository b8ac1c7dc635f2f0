package dev.diagonal.internal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchConnection;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import org.apache.http.HttpEntity;
import org.elasticsearch.client.Request;

/** Reads and changes the settings of an index, and the record of loads in its mapping. */
final class LoadedIndex {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String META = "_meta";
  private static final String OURS = "diagonal";
  private static final String LOADS = "loads";

  private final ElasticsearchTarget index;

  private LoadedIndex(ElasticsearchTarget index) {
    this.index = index;
  }

  /**
   * Mapping and settings of the index at one moment.
   *
   * @param meta all of {@code _meta}
   * @param settings those that a load changes, without those that are not set
   */
  record Snapshot(ObjectNode meta, LoadRecord record, Map<String, String> settings) {}

  /**
   * Returns the index that {@code target} names or is an alias of.
   *
   * @throws IOException if there is not exactly one
   */
  static LoadedIndex of(ElasticsearchTarget target) throws IOException, InterruptedException {
    JsonNode found = send(target, target.request("GET", "/_settings"));
    if (found.size() != 1) {
      throw new IOException(
          "bulk load mode needs one index, but %s names %s".formatted(target, found.size()));
    }
    return new LoadedIndex(target.withIndex(found.fieldNames().next()));
  }

  /** Reads mapping and settings in one request, so that they are consistent. */
  Snapshot snapshot() throws IOException, InterruptedException {
    Request get = index.request("GET", "");
    get.addParameter("flat_settings", "true");
    JsonNode found = send(index, get).path(index.index());
    JsonNode meta = found.path("mappings").path(META);
    checkOwner(meta);
    Map<String, String> settings = new TreeMap<>();
    for (String name : LoadRecord.LOADED.keySet()) {
      JsonNode value = found.path("settings").path(name);
      if (value.isValueNode() && !value.isNull()) {
        settings.put(name, value.asText());
      }
    }
    return new Snapshot(
        meta instanceof ObjectNode object ? object : JSON.createObjectNode(),
        LoadRecord.of(meta.path(OURS).path(LOADS)),
        settings);
  }

  /**
   * Refuses a record of another format: it belongs to another program, and is neither read nor
   * replaced.
   */
  private static void checkOwner(JsonNode meta) throws IOException {
    JsonNode ours = meta.path(OURS);
    JsonNode loads = ours.path(LOADS);
    boolean isOurs =
        (ours.isMissingNode() || ours.isObject())
            && (loads.isMissingNode() || (loads.isObject() && LoadRecord.isOne(loads)));
    if (!isOurs) {
      throw new IOException(
          "_meta.diagonal of its mapping was not written by Diagonal: remove it, or rename it");
    }
  }

  /** Replaces the record in the {@code _meta} that was read; other keys are unchanged. */
  void put(Snapshot read, LoadRecord record) throws IOException, InterruptedException {
    ObjectNode meta = read.meta().deepCopy();
    ObjectNode ours = meta.path(OURS) instanceof ObjectNode node ? node : meta.putObject(OURS);
    if (record.isEmpty()) {
      ours.remove(LOADS);
    } else {
      ours.set(LOADS, record.toJson());
    }
    if (ours.isEmpty()) {
      meta.remove(OURS);
    }
    Request put = index.request("PUT", "/_mapping");
    put.setJsonEntity(JSON.createObjectNode().set(META, meta).toString());
    JsonNode unused = send(index, put);
  }

  /** Changes these settings. */
  void put(Map<String, String> settings) throws IOException, InterruptedException {
    if (settings.isEmpty()) {
      return;
    }
    ObjectNode body = JSON.createObjectNode();
    settings.forEach(
        (name, value) -> body.put(name, value.equals(LoadRecord.UNSET) ? null : value));
    Request put = index.request("PUT", "/_settings");
    put.setJsonEntity(body.toString());
    JsonNode unused = send(index, put);
  }

  private static JsonNode send(ElasticsearchTarget target, Request request)
      throws IOException, InterruptedException {
    try (ElasticsearchConnection connection = new ElasticsearchConnection(target)) {
      HttpEntity answer =
          Retry.defaults()
              .call(
                  () -> connection.perform(request).getEntity(), ElasticsearchFaults::isRetryable);
      if (answer == null) {
        throw new IOException("the response is empty");
      }
      try (InputStream content = answer.getContent()) {
        return JSON.readTree(content);
      }
    } catch (InterruptedException | RuntimeException | IOException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new IOException(fault.getMessage(), fault);
    }
  }

  @Override
  public String toString() {
    return index.toString();
  }
}
