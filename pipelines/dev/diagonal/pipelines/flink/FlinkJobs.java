package dev.diagonal.pipelines.flink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.internal.metrics.Counted;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.util.VarInt;

/**
 * Queries the REST API of a Flink cluster about its jobs, without Flink's classes. Never throws
 * because of the cluster: if there is no response within seconds, the result is empty. Thread-safe.
 */
public final class FlinkJobs {

  /** The accumulator in which Beam's runner keeps the metrics of a job, as JSON. */
  public static final String METRICS = "__metricscontainers";

  private static final String SUM = "beam:metrics:sum_int64:v1";
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int FOUND = 200;
  private static final int NOT_FOUND = 404;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String url;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  /**
   * @param address {@code host:port} of the API
   */
  public FlinkJobs(String address) {
    this.url = "http://" + address;
  }

  /** Returns the id of the most recently started job of this name. */
  public Optional<String> idOf(String name) {
    return get("/jobs/overview")
        .flatMap(
            overview -> {
              JsonNode latest = null;
              for (JsonNode job : overview.path("jobs")) {
                if (job.path("name").asText().equals(name)
                    && (latest == null
                        || job.path("start-time").asLong() > latest.path("start-time").asLong())) {
                  latest = job;
                }
              }
              return latest == null ? Optional.empty() : Optional.of(latest.path("jid").asText());
            });
  }

  /**
   * Returns whether the cluster has, or recently had, a job of this id; empty without a response.
   */
  public Optional<Boolean> knows(String id) {
    return ask("/jobs/" + id)
        .map(HttpResponse::statusCode)
        .filter(status -> status == FOUND || status == NOT_FOUND)
        .map(status -> status == FOUND);
  }

  /**
   * Returns what a job has counted in its current attempt, as of some seconds ago, without counters
   * that are missing.
   */
  public Map<Counted, Long> counts(String id) {
    Map<Counted, Long> counts = new EnumMap<>(Counted.class);
    get("/jobs/" + id + "/accumulators")
        .ifPresent(
            accumulators -> {
              for (JsonNode each : accumulators.path("user-task-accumulators")) {
                if (each.path("name").asText().equals(METRICS)) {
                  addTo(counts, each.path("value").asText());
                }
              }
            });
    return counts;
  }

  /** Returns the web page of a job. */
  public String page(String id) {
    return url + "/jobs/" + id;
  }

  /** Adds the counters of all steps, from Beam's metrics as JSON. */
  static void addTo(Map<Counted, Long> counts, String metrics) {
    try {
      for (JsonNode metric : JSON.readTree(metrics).path("metrics").path("attempted")) {
        JsonNode labels = metric.path("labels");
        if (!metric.path("type").asText().equals(SUM)
            || !labels.path("NAMESPACE").asText().equals(Counted.NAMESPACE)) {
          continue;
        }
        for (Counted counted : Counted.values()) {
          if (labels.path("NAME").asText().equals(counted.metricName())) {
            byte[] payload = Base64.getDecoder().decode(metric.path("payload").asText());
            counts.merge(counted, VarInt.decodeLong(new ByteArrayInputStream(payload)), Long::sum);
          }
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      // These are not our metrics, or another version of Beam wrote them: there is less to show.
    }
  }

  private Optional<JsonNode> get(String path) {
    try {
      Optional<HttpResponse<String>> answer = ask(path);
      return answer.isPresent() && answer.get().statusCode() == FOUND
          ? Optional.of(JSON.readTree(answer.get().body()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<HttpResponse<String>> ask(String path) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE).build();
    try {
      return Optional.of(client.send(request, BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
