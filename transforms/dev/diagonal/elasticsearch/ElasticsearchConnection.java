package dev.diagonal.elasticsearch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.ElasticsearchFaults.AnswerException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpHost;
import org.apache.http.StatusLine;
import org.apache.http.message.BasicHeader;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;

/**
 * Elastic's low-level client for a target. Connecting takes at most 10 seconds, an answer 120
 * seconds; connections are kept alive and used again.
 */
final class ElasticsearchConnection implements AutoCloseable {

  private static final int CONNECT_MILLIS = 10_000;
  private static final int ANSWER_MILLIS = 120_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RestClient client;

  ElasticsearchConnection(ElasticsearchTarget target) {
    HttpHost[] hosts = target.hosts().stream().map(HttpHost::create).toArray(HttpHost[]::new);
    RestClientBuilder builder =
        RestClient.builder(hosts)
            .setRequestConfigCallback(
                config ->
                    config
                        .setConnectTimeout(CONNECT_MILLIS)
                        .setConnectionRequestTimeout(CONNECT_MILLIS)
                        .setSocketTimeout(ANSWER_MILLIS));
    if (!target.path().isEmpty()) {
      builder.setPathPrefix(target.path());
    }
    // Sent at once: a client that waits for a 401 first sends every body twice.
    if (target.apiKey() != null) {
      builder.setDefaultHeaders(authorization("ApiKey " + target.apiKey().value()));
    } else if (target.user() != null && target.password() != null) {
      byte[] pair = (target.user() + ":" + target.password().value()).getBytes(UTF_8);
      builder.setDefaultHeaders(authorization("Basic " + Base64.getEncoder().encodeToString(pair)));
    }
    client = builder.build();
  }

  /**
   * Returns the answer to {@code request}, a 404 to a HEAD request included.
   *
   * @throws AnswerException if Elasticsearch answers with a status of 300 or more
   * @throws IOException if there is no answer
   */
  Response perform(Request request) throws IOException {
    try {
      return client.performRequest(request);
    } catch (ResponseException e) {
      StatusLine status = e.getResponse().getStatusLine();
      JsonNode error = errorOf(e.getResponse().getEntity());
      throw new AnswerException(
          status.getStatusCode(),
          error.path("type").asText(""),
          BulkResponse.withoutQuotation(error.path("reason").asText("")));
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  private static JsonNode errorOf(HttpEntity entity) {
    if (entity != null) {
      try (InputStream content = entity.getContent()) {
        return JSON.readTree(content).path("error");
      } catch (IOException e) {
        // Not Elasticsearch's words but a proxy's, say; the status has to do.
      }
    }
    return JSON.missingNode();
  }

  private static Header[] authorization(String value) {
    return new Header[] {new BasicHeader(HttpHeaders.AUTHORIZATION, value)};
  }
}
