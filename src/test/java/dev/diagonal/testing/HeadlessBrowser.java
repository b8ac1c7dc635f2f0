package dev.diagonal.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Chromium without a window, driven through ChromeDriver's own HTTP interface. */
public final class HeadlessBrowser implements AutoCloseable {

  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofMinutes(4);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process driver;
  private final URI root;
  private final String session;

  private HeadlessBrowser(Process driver, URI root, String session) {
    this.driver = driver;
    this.root = root;
    this.session = session;
  }

  public static boolean isInstalled() {
    return Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER);
  }

  /** Starts one whose profile is in this directory. */
  public static HeadlessBrowser start(Path directory) throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Process driver =
        new ProcessBuilder(DRIVER.toString(), "--port=" + port)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("chromedriver.log").toFile())
            .start();
    URI root = URI.create("http://127.0.0.1:" + port + "/");
    HeadlessBrowser waiting = new HeadlessBrowser(driver, root, "");
    try {
      if (!Eventually.within(SOON, waiting::isReady)) {
        throw new IOException("chromedriver does not answer");
      }
      ObjectNode wanted = JSON.createObjectNode();
      ObjectNode always = wanted.putObject("capabilities").putObject("alwaysMatch");
      ObjectNode options = always.putObject("goog:chromeOptions");
      options.put("binary", CHROMIUM.toString());
      options
          .putArray("args")
          .add("--headless=new")
          .add("--no-sandbox")
          .add("--disable-gpu")
          .add("--hide-scrollbars")
          .add("--disable-dev-shm-usage")
          .add("--user-data-dir=" + directory.resolve("profile"));
      always.putObject("goog:loggingPrefs").put("browser", "ALL").put("performance", "ALL");
      String session = waiting.post("session", wanted).path("value").path("sessionId").asText();
      return new HeadlessBrowser(driver, root, session);
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      waiting.stop();
      throw e;
    }
  }

  private boolean isReady() {
    try {
      return get("status").path("value").path("ready").asBoolean();
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  public void open(Path page) throws IOException, InterruptedException {
    JsonNode unused = post("session/" + session + "/url", Map.of("url", page.toUri().toString()));
  }

  /** Shows pages as on a device of this width, in this colour scheme. */
  public void emulate(int width, int height, String scheme)
      throws IOException, InterruptedException {
    command(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    command(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Returns what a script returns. */
  public JsonNode evaluate(String script) throws IOException, InterruptedException {
    return post("session/" + session + "/execute/sync", Map.of("script", script, "args", List.of()))
        .path("value");
  }

  public void screenshot(Path file) throws IOException, InterruptedException {
    String image = get("session/" + session + "/screenshot").path("value").asText();
    Files.write(file, Base64.getMimeDecoder().decode(image.getBytes(UTF_8)));
  }

  /** Returns what the console shows. */
  public List<String> console() throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    for (JsonNode entry : log("browser")) {
      lines.add(entry.path("level").asText() + " " + entry.path("message").asText());
    }
    return lines;
  }

  /** Returns the addresses of all that pages of files have requested. */
  public List<String> requests() throws IOException, InterruptedException {
    List<String> urls = new ArrayList<>();
    for (JsonNode entry : log("performance")) {
      JsonNode message = JSON.readTree(entry.path("message").asText()).path("message");
      JsonNode params = message.path("params");
      if (message.path("method").asText().equals("Network.requestWillBeSent")
          && params.path("documentURL").asText().startsWith("file:")) { // not its own start page
        urls.add(params.path("request").path("url").asText());
      }
    }
    return urls;
  }

  private JsonNode log(String type) throws IOException, InterruptedException {
    return post("session/" + session + "/se/log", Map.of("type", type)).path("value");
  }

  private void command(String name, Map<String, Object> params)
      throws IOException, InterruptedException {
    JsonNode unused =
        post("session/" + session + "/goog/cdp/execute", Map.of("cmd", name, "params", params));
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(root.resolve(path)).GET().build());
  }

  private JsonNode post(String path, Object body) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(root.resolve(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build());
  }

  private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
    var response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(request.uri() + ": " + response.body());
    }
    return JSON.readTree(response.body());
  }

  @Override
  public void close() throws IOException, InterruptedException {
    try {
      HttpRequest end = HttpRequest.newBuilder(root.resolve("session/" + session)).DELETE().build();
      JsonNode unused = send(end);
    } finally {
      stop();
    }
  }

  private void stop() throws InterruptedException {
    driver.descendants().forEach(ProcessHandle::destroyForcibly);
    int unused = driver.destroyForcibly().waitFor();
  }
}
