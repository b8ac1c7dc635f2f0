package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How to run a server; immutable.
 *
 * @param dataDirectory where its data is kept across restarts; empty for a temporary directory
 * @param settings the server's own settings, by name; they override our defaults
 * @param starter starts it
 */
public record ServerSetup<S extends LocalServer>(
    Optional<Path> dataDirectory,
    Map<String, String> settings,
    Function<ServerSetup<S>, S> starter) {

  public ServerSetup {
    settings = Map.copyOf(settings);
  }

  static <S extends LocalServer> ServerSetup<S> startedBy(Function<ServerSetup<S>, S> starter) {
    return new ServerSetup<>(Optional.empty(), Map.of(), starter);
  }

  /** Keeps the server's data in this directory, which is created if it is missing. */
  public ServerSetup<S> withDataDirectory(Path directory) {
    return new ServerSetup<>(Optional.of(directory), settings, starter);
  }

  /** Sets one of the server's own settings. */
  public ServerSetup<S> withSetting(String name, String value) {
    Map<String, String> more = new HashMap<>(settings);
    more.put(name, value);
    return new ServerSetup<>(dataDirectory, more, starter);
  }

  /**
   * Starts the server and returns when it answers.
   *
   * @throws EmbeddedServersException if it does not start; the message includes the end of its log
   */
  public S start() {
    return starter.apply(this);
  }
}
