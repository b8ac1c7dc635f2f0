package dev.diagonal.elasticsearch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Gives the answers it was told to, in order, and keeps what it was asked. */
final class ScriptedHttpServer implements AutoCloseable {

  private final HttpServer server;
  private final Queue<Answer> script = new ArrayDeque<>();
  private final List<Asked> asked = new ArrayList<>();

  /** A request: its method, its path with the query, its authorization and its body. */
  record Asked(String method, String uri, @Nullable String authorization, String body) {}

  private record Answer(int status, String body) {}

  ScriptedHttpServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  synchronized ScriptedHttpServer answers(int status, String body) {
    script.add(new Answer(status, body));
    return this;
  }

  /** Closes the connection of the next request without an answer. */
  synchronized ScriptedHttpServer hangsUp() {
    return answers(0, "");
  }

  synchronized List<Asked> asked() {
    return List.copyOf(asked);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              exchange.getRequestHeaders().getFirst("Authorization"),
              new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
      Answer answer = script.isEmpty() ? new Answer(500, "the script is over") : script.remove();
      if (answer.status == 0) {
        return;
      }
      byte[] body = answer.body.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      boolean empty = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(answer.status, empty ? -1 : body.length);
      if (!empty) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
