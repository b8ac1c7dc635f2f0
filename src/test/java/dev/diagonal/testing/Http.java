package dev.diagonal.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** Plain requests to a server under test; anything but a 2xx answer fails. */
public final class Http {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private Http() {}

  /** Returns the body of the answer. */
  public static String get(String url) {
    return send(HttpRequest.newBuilder(URI.create(url)).build());
  }

  /** Sends a JSON body (or lines of JSON) and returns the body of the answer. */
  public static String send(String method, String url, String json) {
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(json))
            .build());
  }

  private static String send(HttpRequest request) {
    try {
      var response = CLIENT.send(request, BodyHandlers.ofString());
      if (response.statusCode() / 100 != 2) {
        throw new AssertionError(
            "%s answered %d: %s".formatted(request, response.statusCode(), response.body()));
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
