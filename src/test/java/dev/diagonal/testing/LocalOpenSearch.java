package dev.diagonal.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * An OpenSearch 2.19 in a JVM of its own, which ends when this JVM ends, even by signal 9.
 *
 * <p>Maven writes its class path to a file before the tests: see {@code src/test/opensearch}.
 */
public final class LocalOpenSearch implements SearchServer {

  private static final Path PROGRAM = Path.of("src/test/opensearch/SearchNode.java");

  private final Path directory;
  private Process process; // guarded by this
  private int port; // guarded by this

  private LocalOpenSearch(Path directory) throws IOException {
    this.directory = directory;
    this.process = launch(0);
    this.port = portOf(process);
  }

  /** Returns a server that answers. */
  static LocalOpenSearch start() {
    try {
      Path directory = Files.createTempDirectory("diagonal-opensearch-");
      Files.createDirectory(directory.resolve("config"));
      return new LocalOpenSearch(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process launch(int wantedPort) throws IOException {
    String classPath =
        Files.readString(
            Path.of(
                System.getProperty("diagonal.opensearchClasspath", "target/opensearch.classpath")));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath.strip(),
            PROGRAM.toString(),
            directory.toString(),
            String.valueOf(wantedPort))
        .redirectError(directory.resolve("server.log").toFile())
        .start();
  }

  /** Waits for the port, or for the end of the process. */
  private int portOf(Process launched) throws IOException {
    String line =
        new BufferedReader(new InputStreamReader(launched.getInputStream(), UTF_8)).readLine();
    if (line == null) {
      throw new IllegalStateException(
          "OpenSearch has not started:\n" + Files.readString(directory.resolve("server.log")));
    }
    return Integer.parseInt(line);
  }

  @Override
  public synchronized String url() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public synchronized void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public synchronized void restart() {
    kill();
    try {
      process = launch(port);
      port = portOf(process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public SearchServer another() {
    return start();
  }

  @Override
  public synchronized void close() {
    kill();
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
