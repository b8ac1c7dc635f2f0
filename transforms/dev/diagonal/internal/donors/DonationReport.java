package dev.diagonal.internal.donors;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report on the donations in an index: how many by state, and the most frequent subjects. */
public final class DonationReport {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String QUERY =
      """
      {"size": 0, "track_total_hits": true, "aggs": {
        "states": {"terms": {"field": "project_school_state", "size": 100}},
        "subjects": {"terms": {"field": "project_primary_focus_subject", "size": 10}}}}""";

  private DonationReport() {}

  /**
   * Queries an index that needs no password.
   *
   * @param url of Elasticsearch
   * @return the lines of the report
   * @throws IOException if Elasticsearch cannot be reached or returns an error
   */
  public static List<String> of(String url, String index) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/" + index + "/_search"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(QUERY, UTF_8))
            .build();
    HttpResponse<String> response =
        HttpClient.newBuilder()
            .followRedirects(Redirect.NEVER)
            .build()
            .send(request, BodyHandlers.ofString(UTF_8));
    if (response.statusCode() != 200) {
      throw new IOException("the index answered " + response.statusCode() + ": " + response.body());
    }
    JsonNode answer = JSON.readTree(response.body());
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%,d donations in %s",
            answer.path("hits").path("total").path("value").asLong(),
            index));
    lines.add("by state: " + buckets(answer, "states"));
    lines.add("most supported subjects: " + buckets(answer, "subjects"));
    return lines;
  }

  private static String buckets(JsonNode answer, String name) {
    List<String> shown = new ArrayList<>();
    for (JsonNode bucket : answer.path("aggregations").path(name).path("buckets")) {
      shown.add(
          String.format(
              Locale.ROOT,
              "%s %,d",
              bucket.path("key").asText(),
              bucket.path("doc_count").asLong()));
    }
    return String.join(", ", shown);
  }
}
