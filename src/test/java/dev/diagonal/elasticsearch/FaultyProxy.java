package dev.diagonal.elasticsearch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a real Elasticsearch, forwards what it is sent, and does to bulk requests what real
 * servers and networks do, but not on demand. Counts how often it did.
 */
public final class FaultyProxy implements AutoCloseable {

  static final long LATE_MILLIS = 50;
  private static final long DRIP_MILLIS = 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final CompletableFuture<byte[]> late = new CompletableFuture<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger strikes = new AtomicInteger();
  private final HttpServer server;
  private final String upstream;
  private final Fault fault;
  private final @Nullable String authorization;
  private volatile @Nullable String forbidden;
  private volatile @Nullable String privileges;

  /** What is done to a bulk request. */
  public interface Fault {
    /** Forwards requests or does not; counts itself by {@link FaultyProxy#strike}. */
    void handle(FaultyProxy proxy, Bulk bulk) throws IOException;
  }

  /** A bulk request: its lines, and its number, from 1. */
  public record Bulk(HttpExchange exchange, byte[] body, int number) {
    List<String> lines() {
      return new String(body, UTF_8).lines().toList();
    }
  }

  private FaultyProxy(
      String upstream, Fault fault, @Nullable String authorization, @Nullable SSLContext tls)
      throws IOException {
    this.upstream = upstream;
    this.fault = fault;
    this.authorization = authorization;
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    if (tls == null) {
      server = HttpServer.create(address, 0);
    } else {
      HttpsServer https = HttpsServer.create(address, 0);
      https.setHttpsConfigurator(new HttpsConfigurator(tls));
      server = https;
    }
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  public static FaultyProxy before(String upstream, Fault fault) throws IOException {
    return new FaultyProxy(upstream, fault, null, null);
  }

  /** Answers 403 to all paths that end so, as Elasticsearch does to whoever has no right. */
  public FaultyProxy forbidding(String pathEnd) {
    forbidden = pathEnd;
    return this;
  }

  /** Answers the question for privileges as a server with security does; the real one has none. */
  public FaultyProxy granting(String answer) {
    privileges = answer;
    return this;
  }

  /** Speaks TLS, and answers 401 to all that does not bring this authorization. */
  public static FaultyProxy secured(String upstream, String authorization, SSLContext tls)
      throws IOException {
    return new FaultyProxy(upstream, FaultyProxy::forward, authorization, tls);
  }

  /** The address with the scheme http. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The address with the scheme https. */
  public String tlsUrl() {
    return "https://127.0.0.1:" + server.getAddress().getPort();
  }

  /** How many bulk requests it was sent. */
  public int requests() {
    return requests.get();
  }

  /** How often the fault struck. */
  public int strikes() {
    return strikes.get();
  }

  // What it may do.

  /** Answers so to each second bulk request, which Elasticsearch does not get to see. */
  static Fault everySecondGets(int status) {
    return everySecond((proxy, bulk) -> answer(bulk.exchange(), status, "<html>no</html>"));
  }

  /** Has each second bulk request done and gives another answer than the true one. */
  static Fault everySecondIsDoneAndAnswered(String garbage) {
    return everySecond(
        (proxy, bulk) -> {
          proxy.upstream(bulk.exchange(), bulk.body());
          answer(bulk.exchange(), 200, garbage);
        });
  }

  /** Has each second bulk request done and closes the connection without an answer. */
  static Fault everySecondIsDoneAndNotAnswered() {
    return everySecond(
        (proxy, bulk) -> {
          proxy.upstream(bulk.exchange(), bulk.body());
        });
  }

  /** Gets each second bulk request and never says anything. */
  static Fault everySecondMeetsSilence() {
    return everySecond((proxy, bulk) -> proxy.awaitClosed());
  }

  /** Has the first bulk request done and answers it byte by byte, without an end. */
  static Fault theFirstAnswerDrips() {
    return (proxy, bulk) -> {
      if (bulk.number() > 1) {
        forward(proxy, bulk);
        return;
      }
      proxy.strike();
      byte[] answer = proxy.upstream(bulk.exchange(), bulk.body()).body();
      bulk.exchange().sendResponseHeaders(200, 0);
      for (int i = 0; !proxy.awaitClosed(DRIP_MILLIS); i++) {
        bulk.exchange().getResponseBody().write(i == 0 ? answer[0] : ' ');
        bulk.exchange().getResponseBody().flush();
      }
    };
  }

  /** Has a byte in the first id of each bulk request that UTF-8 has not. */
  static Fault breaksUtf8() {
    return (proxy, bulk) -> {
      byte[] broken = bulk.body().clone();
      broken[new String(broken, ISO_8859_1).indexOf("_id\":\"") + 6] = (byte) 0xff;
      proxy.strike();
      forward(proxy, new Bulk(bulk.exchange(), broken, bulk.number()));
    };
  }

  /** Breaks the line of an action, that of the document with this id, in each bulk request. */
  static Fault breaksActionOf(String id) {
    byte[] wanted = ("_id\":\"" + id + "\"").getBytes(UTF_8);
    return (proxy, bulk) -> {
      byte[] broken = bulk.body().clone();
      int at = new String(broken, ISO_8859_1).indexOf(new String(wanted, ISO_8859_1));
      if (at >= 0) {
        broken[at - 2] = '['; // where the object of the action began
        proxy.strike();
      }
      forward(proxy, new Bulk(bulk.exchange(), broken, bulk.number()));
    };
  }

  /** Holds the first bulk request back until {@link #release}, then forwards it unanswered. */
  public static Fault theFirstArrivesWhenReleased() {
    return (proxy, bulk) -> {
      if (bulk.number() > 1) {
        forward(proxy, bulk);
        return;
      }
      proxy.strike();
      proxy.await(proxy.released);
      proxy.late.complete(proxy.upstream(bulk.exchange(), bulk.body()).body());
    };
  }

  /** Lets a request pass that was held back; returns the server's answer to it. */
  public String release() {
    released.countDown();
    return new String(late.join(), UTF_8);
  }

  /** Forwards each bulk request late, by {@link #LATE_MILLIS}. */
  static Fault late() {
    return (proxy, bulk) -> {
      proxy.strike();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LATE_MILLIS));
      forward(proxy, bulk);
    };
  }

  /** Answers 413 to bodies above so many bytes. */
  static Fault refusesAbove(int bytes) {
    return (proxy, bulk) -> {
      if (bulk.body().length > bytes) {
        proxy.strike();
        answer(bulk.exchange(), 413, "");
      } else {
        forward(proxy, bulk);
      }
    };
  }

  /** Gives the items of some documents this status, and has the others done. */
  static Fault items(int status, Predicate<String> ids) {
    return (proxy, bulk) -> {
      List<String> lines = bulk.lines();
      List<Boolean> spared = new ArrayList<>();
      StringBuilder rest = new StringBuilder();
      for (int i = 0; i < lines.size(); i += 2) {
        String id = JSON.readTree(lines.get(i)).at("/index/_id").asText();
        boolean struck = ids.test(id);
        spared.add(!struck);
        if (struck) {
          proxy.strike();
        } else {
          rest.append(lines.get(i)).append('\n').append(lines.get(i + 1)).append('\n');
        }
      }
      JsonNode done =
          rest.isEmpty()
              ? JSON.createObjectNode()
              : JSON.readTree(
                  proxy.upstream(bulk.exchange(), rest.toString().getBytes(UTF_8)).body());
      ObjectNode answer = JSON.createObjectNode().put("errors", true);
      ArrayNode items = answer.putArray("items");
      int next = 0;
      for (boolean isSpared : spared) {
        if (isSpared) {
          items.add(done.path("items").get(next++));
        } else {
          ObjectNode item = items.addObject().putObject("index").put("status", status);
          item.putObject("error").put("type", "busy").put("reason", "the proxy says so");
        }
      }
      answer(bulk.exchange(), 200, answer.toString());
    };
  }

  /** Does something else when so many bulk requests have come, and then forwards as before. */
  static Fault atRequest(int number, Runnable action) {
    return (proxy, bulk) -> {
      if (bulk.number() == number) {
        proxy.strike();
        action.run();
      }
      forward(proxy, bulk);
    };
  }

  private static Fault everySecond(Fault fault) {
    return (proxy, bulk) -> {
      if (bulk.number() % 2 == 1) {
        proxy.strike();
        fault.handle(proxy, bulk);
      } else {
        forward(proxy, bulk);
      }
    };
  }

  public static void forward(FaultyProxy proxy, Bulk bulk) throws IOException {
    HttpResponse<byte[]> answer = proxy.upstream(bulk.exchange(), bulk.body());
    answer(bulk.exchange(), answer.statusCode(), answer.body());
  }

  void strike() {
    strikes.incrementAndGet();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (authorization != null
          && !authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        strike();
        answer(exchange, 401, "{\"error\":{\"type\":\"security_exception\",\"reason\":\"who?\"}}");
      } else if (forbidden != null && exchange.getRequestURI().getPath().endsWith(forbidden)) {
        strike();
        answer(exchange, 403, "{\"error\":{\"type\":\"security_exception\",\"reason\":\"no\"}}");
      } else if (privileges != null
          && exchange.getRequestURI().getPath().equals("/_security/user/_has_privileges")) {
        strike();
        answer(exchange, 200, privileges);
      } else if (exchange.getRequestURI().getPath().endsWith("/_bulk")) {
        fault.handle(this, new Bulk(exchange, body, requests.incrementAndGet()));
      } else {
        HttpResponse<byte[]> answer = upstream(exchange, body);
        answer(exchange, answer.statusCode(), answer.body());
      }
    }
  }

  private HttpResponse<byte[]> upstream(HttpExchange exchange, byte[] body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(upstream + exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (type != null) {
      request.header("Content-Type", type);
    }
    try {
      return client.send(request.build(), BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    answer(exchange, status, body.getBytes(UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    boolean empty = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, empty ? -1 : body.length);
    if (!empty) {
      exchange.getResponseBody().write(body);
    }
  }

  private void awaitClosed() {
    await(closed);
  }

  private boolean awaitClosed(long millis) {
    try {
      return closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    released.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
