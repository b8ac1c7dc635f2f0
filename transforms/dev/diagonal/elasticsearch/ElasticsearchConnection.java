package dev.diagonal.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.ElasticsearchFaults.AnswerException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.HttpHost;
import org.apache.http.StatusLine;
import org.apache.http.message.BasicHeader;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;

/**
 * Elastic's low-level client for a target. Connecting takes at most 10 seconds; connections are
 * kept alive and used again. Safe for use by several threads.
 */
final class ElasticsearchConnection implements AutoCloseable {

  private static final int CONNECT_MILLIS = 10_000;
  private static final Duration ANSWER_TIME = Duration.ofMinutes(2);
  private static final int CONNECTIONS = 10;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RestClient client;

  /** Connects with the time limits and the compression of single requests: 120 seconds, none. */
  ElasticsearchConnection(ElasticsearchTarget target) {
    this(target, ANSWER_TIME, false, CONNECTIONS);
  }

  /**
   * @param requestTimeout how long an answer may keep silent
   * @param gzip whether requests and answers are compressed
   * @param connections how many connections there are at most to one node
   */
  ElasticsearchConnection(
      ElasticsearchTarget target, Duration requestTimeout, boolean gzip, int connections) {
    HttpHost[] hosts = target.hosts().stream().map(HttpHost::create).toArray(HttpHost[]::new);
    // Credentials are sent at once: a client that waits for a 401 first sends every body twice.
    Header[] headers =
        target.headers().entrySet().stream()
            .map(header -> new BasicHeader(header.getKey(), header.getValue().value()))
            .toArray(Header[]::new);
    String caCertificates = target.caCertificates();
    RestClientBuilder builder =
        RestClient.builder(hosts)
            .setDefaultHeaders(headers)
            .setCompressionEnabled(gzip)
            .setHttpClientConfigCallback(
                http -> {
                  http.setMaxConnPerRoute(connections).setMaxConnTotal(connections * hosts.length);
                  return caCertificates == null
                      ? http
                      : http.setSSLContext(PrivateCa.context(caCertificates));
                })
            .setRequestConfigCallback(
                config ->
                    config
                        .setConnectTimeout(CONNECT_MILLIS)
                        // A request waits for a connection as long as for an answer.
                        .setConnectionRequestTimeout((int) requestTimeout.toMillis())
                        .setSocketTimeout((int) requestTimeout.toMillis()));
    if (!target.path().isEmpty()) {
      builder.setPathPrefix(target.path());
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
}
