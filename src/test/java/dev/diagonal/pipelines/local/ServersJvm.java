package dev.diagonal.pipelines.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM that runs {@link ServersMain}: one that may be killed, or be somebody else's. */
final class ServersJvm implements AutoCloseable {

  private final Process process;
  private final String jdbcUrl;
  private final Path passwordFile;
  private final String elasticsearchUrl;

  private ServersJvm(Process process, String jdbcUrl, Path passwordFile, String elasticsearchUrl) {
    this.process = process;
    this.jdbcUrl = jdbcUrl;
    this.passwordFile = passwordFile;
    this.elasticsearchUrl = elasticsearchUrl;
  }

  /** How to start one. */
  record Setup(List<String> prefix, String classPath, Path servers, Path temporary, String path) {

    static Setup in(Path temporary) {
      return new Setup(
          List.of(),
          System.getProperty("java.class.path"),
          ServersHome.directory(),
          temporary,
          System.getenv("PATH"));
    }

    Setup withPrefix(List<String> prefix) {
      return new Setup(prefix, classPath, servers, temporary, path);
    }

    Setup withClassPath(String classPath) {
      return new Setup(prefix, classPath, servers, temporary, path);
    }

    Setup withServers(Path servers) {
      return new Setup(prefix, classPath, servers, temporary, path);
    }

    Setup withPath(String path) {
      return new Setup(prefix, classPath, servers, temporary, path);
    }

    /**
     * Returns when both servers answer.
     *
     * @throws IOException with all output if they do not
     */
    ServersJvm start() throws IOException {
      List<String> command = new ArrayList<>(prefix);
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-XX:TieredStopAtLevel=1");
      command.addAll(List.of("-Djava.io.tmpdir=" + temporary, "-Ddiagonal.servers=" + servers));
      command.add(ServersMain.class.getName());
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(temporary.toFile()).redirectErrorStream(true);
      builder.environment().put("PATH", path);
      // As users have it: the servers' own JVMs must not take it over.
      builder.environment().put("CLASSPATH", classPath);
      Process process = builder.start();
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      StringBuilder before = new StringBuilder();
      String line = output.readLine();
      while (line != null && !line.startsWith("jdbc:")) {
        before.append(line).append('\n');
        line = output.readLine();
      }
      if (line == null) {
        throw new IOException(before.toString());
      }
      String[] urls = line.split(" ");
      return new ServersJvm(process, urls[0], Path.of(urls[1]), urls[2]);
    }
  }

  Process process() {
    return process;
  }

  String jdbcUrl() {
    return jdbcUrl;
  }

  String password() throws IOException {
    return Files.readString(passwordFile).strip();
  }

  String elasticsearchUrl() {
    return elasticsearchUrl;
  }

  /** Lets it end in good order. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      process.onExit().join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
