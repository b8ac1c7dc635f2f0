package dev.diagonal.elasticsearch.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Returns scripted responses, in order, and keeps the requests. */
public final class ScriptedHttpServer implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Queue<Answer> script = new ArrayDeque<>();
  private final List<Asked> asked = new ArrayList<>();
  private final Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();

  /** A request: its method, its path with the query, its headers and its body, uncompressed. */
  public record Asked(String method, String uri, Map<String, String> headers, String body) {
    @Nullable
    public String authorization() {
      return headers.get("Authorization");
    }
  }

  private record Answer(int status, String body, @Nullable String location) {}

  public ScriptedHttpServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public synchronized ScriptedHttpServer answers(int status, String body) {
    script.add(new Answer(status, body, null));
    return this;
  }

  /** Sends the next request elsewhere. */
  synchronized ScriptedHttpServer redirects(int status, String location) {
    script.add(new Answer(status, "", location));
    return this;
  }

  /** Closes the connection of the next request without an answer. */
  public synchronized ScriptedHttpServer hangsUp() {
    return answers(0, "");
  }

  /** Keeps the next request waiting until the server is closed. */
  public synchronized ScriptedHttpServer keepsSilent() {
    return answers(-1, "");
  }

  public synchronized List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** How many connections brought requests. */
  public int connections() {
    return clients.size();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      clients.add(exchange.getRemoteAddress());
      Map<String, String> headers = new TreeMap<>();
      exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
      boolean zipped = "gzip".equals(headers.get("Content-encoding"));
      InputStream in = exchange.getRequestBody();
      Answer answer =
          next(
              new Asked(
                  exchange.getRequestMethod(),
                  exchange.getRequestURI().toString(),
                  headers,
                  new String((zipped ? new GZIPInputStream(in) : in).readAllBytes(), UTF_8)));
      if (answer.status < 0) {
        awaitEnd();
      }
      if (answer.status <= 0) {
        return;
      }
      byte[] body = answer.body.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      if (answer.location != null) {
        exchange.getResponseHeaders().set("Location", answer.location);
      }
      boolean empty = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(answer.status, empty ? -1 : body.length);
      if (!empty) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private synchronized Answer next(Asked request) {
    asked.add(request);
    return script.isEmpty() ? new Answer(500, "the script is over", null) : script.remove();
  }

  private void awaitEnd() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    ended.countDown();
    threads.shutdownNow();
    server.stop(0);
  }
}
