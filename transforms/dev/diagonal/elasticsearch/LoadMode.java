package dev.diagonal.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.fault.Retry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Map;
import org.apache.http.HttpEntity;
import org.elasticsearch.client.Request;
import org.jspecify.annotations.Nullable;

/**
 * An index that is being loaded: without replicas and without refreshes, so that every document is
 * written once and segments are large. {@link #restore} gives it back the settings it had; call it
 * whether the load went well or not. A process that is killed in between leaves the index as it is:
 * then set {@code index.number_of_replicas} and {@code index.refresh_interval} yourself.
 *
 * <p>Safe for use by several threads; only the first call of {@link #restore} does anything.
 */
public final class LoadMode {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REPLICAS = "index.number_of_replicas";
  private static final String REFRESH = "index.refresh_interval";

  private final ElasticsearchTarget target;
  private final String before;
  private boolean restored;

  private LoadMode(ElasticsearchTarget target, String before) {
    this.target = target;
    this.before = before;
  }

  /**
   * Sets the replicas of the index of {@code target} to 0 and its refresh interval to -1.
   *
   * @throws IOException if Elasticsearch cannot be reached within {@link Retry#defaults} or
   *     refuses, or if the target is an alias of several indexes
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static LoadMode begin(ElasticsearchTarget target)
      throws IOException, InterruptedException {
    Request get = new Request("GET", "/" + target.index() + "/_settings");
    get.addParameter("flat_settings", "true");
    JsonNode found = send(target, get);
    if (found.size() != 1) {
      throw new IOException(
          "load mode needs one index, and %s stands for %d".formatted(target, found.size()));
    }
    Iterator<Map.Entry<String, JsonNode>> indexes = found.properties().iterator();
    Map.Entry<String, JsonNode> index = indexes.next();
    JsonNode settings = index.getValue().path("settings");
    ObjectNode before = JSON.createObjectNode();
    before.set(REPLICAS, settings.get(REPLICAS));
    // A null gives it the default, which is also to stop when nobody searches.
    before.set(REFRESH, settings.get(REFRESH));
    ElasticsearchTarget concrete = target.withIndex(index.getKey());
    put(concrete, JSON.createObjectNode().put(REPLICAS, 0).put(REFRESH, "-1").toString());
    return new LoadMode(concrete, before.toString());
  }

  /**
   * Restores both settings.
   *
   * @throws IOException if Elasticsearch cannot be reached within {@link Retry#defaults}, or
   *     refuses; the message has the settings to restore
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public synchronized void restore() throws IOException, InterruptedException {
    if (restored) {
      return;
    }
    try {
      put(target, before);
      restored = true;
    } catch (IOException e) {
      throw new IOException(
          "cannot give %s back its settings %s: %s".formatted(target, before, e.getMessage()), e);
    }
  }

  private static void put(ElasticsearchTarget target, String settings)
      throws IOException, InterruptedException {
    Request put = new Request("PUT", "/" + target.index() + "/_settings");
    put.setJsonEntity(settings);
    JsonNode unused = send(target, put);
  }

  private static JsonNode send(ElasticsearchTarget target, Request request)
      throws IOException, InterruptedException {
    try (ElasticsearchConnection connection = new ElasticsearchConnection(target)) {
      @Nullable HttpEntity answer =
          Retry.defaults()
              .call(
                  () -> connection.perform(request).getEntity(), ElasticsearchFaults::isRetryable);
      if (answer == null) {
        throw new IOException("the answer is empty");
      }
      try (InputStream content = answer.getContent()) {
        return JSON.readTree(content);
      }
    } catch (InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new IOException(
          "cannot read or change the settings of " + target + ": " + fault.getMessage(), fault);
    }
  }
}
