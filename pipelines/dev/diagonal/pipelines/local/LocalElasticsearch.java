package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A real Elasticsearch 8.7.1 with one node on a random loopback port, ready in about five seconds,
 * with a heap of 512 MiB. This is Elastic's distribution for integration tests: it has bulk
 * requests, mappings, searches and aggregations, but no scripts, ingest pipelines, reindexing or
 * security. Every user of this machine can read and write it while it runs. Under root it runs as
 * {@code nobody}.
 *
 * <p>By default its data is deleted with it. Thread-safe.
 */
public final class LocalElasticsearch extends LocalServer {

  /** The version in the pom. Later distributions have no root endpoint, which Beam reads. */
  private static final String HOME = "elasticsearch-8.7.1";

  private static final String PROGRAM = "bin/elasticsearch";

  private static final Map<String, String> SETTINGS =
      Map.of(
          "cluster.name", "diagonal",
          "node.name", "diagonal-0",
          "discovery.type", "single-node",
          "network.host", "127.0.0.1",
          "transport.port", "0",
          "node.portsfile", "true",
          "xpack.security.enabled", "false",
          // Disks of laptops are often fuller than Elasticsearch's watermarks allow.
          "cluster.routing.allocation.disk.threshold_enabled", "false");

  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xms512m",
          "-Xmx512m",
          "-XX:+UseG1GC",
          // These two settings halve the start time.
          "-XX:-AlwaysPreTouch",
          "-XX:TieredStopAtLevel=1",
          "-XX:+ExitOnOutOfMemoryError",
          "-Djava.io.tmpdir=${ES_TMPDIR}");

  private static final String LOGGING =
      """
      status = error
      appender.console.type = Console
      appender.console.name = console
      appender.console.layout.type = PatternLayout
      appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n%throwable
      rootLogger.level = info
      rootLogger.appenderRef.console.ref = console
      """;

  /** Variables that a user may have set for the JVMs of other programs. */
  private static final Set<String> JAVA_VARIABLES =
      Set.of("CLASSPATH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private static final Duration START_BOUND = Duration.ofMinutes(3);

  private final ServerSetup<LocalElasticsearch> setup;

  private LocalElasticsearch(ServerSetup<LocalElasticsearch> setup, ServerDirectory directory) {
    super(directory);
    this.setup = setup;
  }

  /**
   * Starts a server whose data is deleted when it is closed.
   *
   * @throws EmbeddedServersException if it does not start; the message includes the end of its log
   */
  public static LocalElasticsearch start() {
    return configure().start();
  }

  /** Returns the default setup. */
  public static ServerSetup<LocalElasticsearch> configure() {
    return ServerSetup.startedBy(LocalElasticsearch::start);
  }

  private static LocalElasticsearch start(ServerSetup<LocalElasticsearch> setup) {
    LocalElasticsearch server =
        new LocalElasticsearch(setup, ServerDirectory.of(setup.dataDirectory(), "elasticsearch"));
    server.begin();
    return server;
  }

  /** Returns the server's HTTP address, without a trailing slash. */
  public String url() {
    return url(port());
  }

  private static String url(int port) {
    return "http://127.0.0.1:" + port;
  }

  @Override
  Running launch(int port) {
    Unprivileged unprivileged = Unprivileged.detect();
    Path directory = directory().path();
    unprivileged.enter(directory);
    Path home = unprivileged.readable(home(), PROGRAM, directory);
    Path portFile = directory.resolve("logs/http.ports");
    configure(directory, portFile, port);
    for (String own : List.of("config", "data", "logs", "tmp")) {
      unprivileged.own(directory.resolve(own));
    }
    ServerProcess process =
        ServerProcess.start(
            directory(),
            "TERM",
            environment(directory),
            unprivileged.command(List.of("bash", home.resolve(PROGRAM).toString())));
    process.awaitReady(() -> isReady(portFile), START_BOUND);
    return new Running(process, portIn(portFile));
  }

  private static Path home() {
    ServersHome.platform();
    Path home = ServersHome.directory().resolve(HOME);
    if (!Files.exists(home.resolve(PROGRAM))) {
      throw new EmbeddedServersException(
          home + " does not exist: run `mvn process-resources`, or set --elasticsearchUrl");
    }
    return home;
  }

  private void configure(Path directory, Path portFile, int port) {
    try {
      // Created anew: the server owns the directory and may have written anything there.
      ServerDirectory.deleteTree(directory.resolve("config"));
      Path config = Files.createDirectory(directory.resolve("config"));
      Files.createDirectories(directory.resolve("data"));
      Files.createDirectories(directory.resolve("tmp"));
      Files.createDirectories(portFile.getParent());
      // The file of an earlier start would be mistaken for a new one.
      Files.deleteIfExists(portFile);
      Files.write(config.resolve("jvm.options"), JVM_OPTIONS);
      Files.writeString(config.resolve("log4j2.properties"), LOGGING);
      Files.writeString(
          config.resolve("elasticsearch.yml"),
          settings(directory, port).entrySet().stream()
              .map(setting -> setting.getKey() + ": " + setting.getValue() + "\n")
              .collect(Collectors.joining()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> settings(Path directory, int port) {
    Map<String, String> settings = new TreeMap<>(SETTINGS);
    settings.put("http.port", port == 0 ? anyOf(LoopbackPort.free()) : String.valueOf(port));
    settings.put("path.data", quoted(directory.resolve("data")));
    settings.put("path.logs", quoted(directory.resolve("logs")));
    settings.putAll(setup.settings());
    return settings;
  }

  private static String quoted(Path path) {
    return "'" + path.toString().replace("'", "''") + "'";
  }

  /**
   * Returns a port range for Elasticsearch, which takes the first free port, so there is no race.
   */
  private static String anyOf(int first) {
    return first + "-" + (first + 100);
  }

  private static Map<String, String> environment(Path directory) {
    Map<String, String> environment = new HashMap<>();
    for (String name : System.getenv().keySet()) {
      if (name.startsWith("ES_") || JAVA_VARIABLES.contains(name)) {
        environment.put(name, "");
      }
    }
    environment.put("ES_JAVA_HOME", System.getProperty("java.home"));
    environment.put("ES_PATH_CONF", directory.resolve("config").toString());
    environment.put("ES_TMPDIR", directory.resolve("tmp").toString());
    environment.put("CLI_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
    return environment;
  }

  private static boolean isReady(Path portFile) {
    if (!Files.exists(portFile)) {
      return false;
    }
    URI health = URI.create(url(portIn(portFile)) + "/_cluster/health?wait_for_status=yellow");
    try (InputStream answer = health.toURL().openStream()) {
      return answer.read() >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Reads the port from the first of the addresses that the server listens on. */
  private static int portIn(Path portFile) {
    try {
      String address = Files.readAllLines(portFile).get(0).strip();
      return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
