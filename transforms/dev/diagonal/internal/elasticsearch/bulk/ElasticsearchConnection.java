package dev.diagonal.internal.elasticsearch.bulk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.AnswerException;
import dev.diagonal.internal.elasticsearch.tls.PrivateCa;
import dev.diagonal.internal.trace.Trace;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.HttpHost;
import org.apache.http.message.BasicHeader;
import org.elasticsearch.client.Cancellable;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.ResponseListener;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;

/**
 * Elastic's low-level client for a target. Connecting takes at most 10 seconds; connections are
 * kept alive and reused. Redirects are not followed, so that no other host gets the credentials.
 * Thread-safe.
 */
public final class ElasticsearchConnection implements AutoCloseable {

  private static final int CONNECT_MILLIS = 10_000;
  private static final Duration ANSWER_TIME = Duration.ofMinutes(2);
  private static final int CONNECTIONS = 10;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ElasticsearchTarget target;
  private final RestClient client;
  private final Duration limit;
  private volatile boolean hasResponded;

  /** Connects with the settings of single requests: a time limit of 120 seconds, no compression. */
  public ElasticsearchConnection(ElasticsearchTarget target) {
    this(target, ANSWER_TIME, false, CONNECTIONS);
  }

  /**
   * @param requestTimeout how long one node may take for a complete response
   * @param gzip whether requests and responses are compressed
   * @param connections the maximum number of connections to one node
   */
  ElasticsearchConnection(
      ElasticsearchTarget target, Duration requestTimeout, boolean gzip, int connections) {
    this.target = target;
    HttpHost[] hosts = target.hosts().toArray(HttpHost[]::new);
    // The client tries one node after another while they do not respond.
    limit = requestTimeout.multipliedBy(hosts.length);
    // Credentials are sent with the first request: waiting for a 401 would send every body twice.
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
                        .setRedirectsEnabled(false)
                        .setConnectTimeout(CONNECT_MILLIS)
                        // A request waits as long for a connection as for a response.
                        .setConnectionRequestTimeout((int) requestTimeout.toMillis())
                        .setSocketTimeout((int) requestTimeout.toMillis()));
    if (!target.path().isEmpty()) {
      builder.setPathPrefix(target.path());
    }
    client = builder.build();
  }

  /**
   * Returns the response to {@code request}, including a 404 to a HEAD request.
   *
   * @throws AnswerException if Elasticsearch responds with a status of 300 or more
   * @throws IOException if there is no complete response in time
   */
  public Response perform(Request request) throws IOException {
    long startNanos = System.nanoTime();
    int status = 0;
    try {
      Response response = send(request);
      status = response.getStatusLine().getStatusCode();
      if (!hasResponded) {
        hasResponded = true;
        IndexFigures.note(target);
      }
      return response;
    } catch (AnswerException e) {
      status = e.status();
      throw e;
    } finally {
      Trace.request(
          request.getMethod(),
          request.getEndpoint(),
          status,
          Duration.ofNanos(System.nanoTime() - startNanos));
    }
  }

  private Response send(Request request) throws IOException {
    CompletableFuture<Response> answer = new CompletableFuture<>();
    Cancellable sent = client.performRequestAsync(request, listenerOf(answer));
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      sent.cancel();
      throw new SocketTimeoutException(
          "no complete response within " + limit.toMillis() + " ms, though bytes may have arrived");
    } catch (InterruptedException e) {
      sent.cancel();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for Elasticsearch", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ResponseException refused) {
        throw answerOf(refused.getResponse());
      }
      if (e.getCause() instanceof IOException fault) {
        throw fault;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static ResponseListener listenerOf(CompletableFuture<Response> answer) {
    return new ResponseListener() {
      @Override
      public void onSuccess(Response response) {
        answer.complete(response);
      }

      @Override
      public void onFailure(Exception fault) {
        answer.completeExceptionally(fault);
      }
    };
  }

  private static AnswerException answerOf(Response response) {
    int status = response.getStatusLine().getStatusCode();
    String location = response.getHeader("Location");
    if (status < 400 && location != null) {
      return new AnswerException(status, "redirect", redirectTo(location));
    }
    JsonNode error = errorOf(response.getEntity());
    return new AnswerException(
        status,
        error.path("type").asText(""),
        BulkResponse.withoutQuotation(error.path("reason").asText("")));
  }

  /** Returns scheme, host and port only: a path or a query may contain a secret. */
  private static String redirectTo(String location) {
    String advice = "redirects are not followed; use the URL of Elasticsearch itself";
    try {
      URI to = new URI(location);
      return to.getHost() == null
          ? advice
          : "to %s://%s%s; %s"
              .formatted(
                  to.getScheme(), to.getHost(), to.getPort() < 0 ? "" : ":" + to.getPort(), advice);
    } catch (URISyntaxException e) {
      return advice;
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
        // The response is not Elasticsearch's, perhaps a proxy's; only its status is used.
      }
    }
    return JSON.missingNode();
  }
}
