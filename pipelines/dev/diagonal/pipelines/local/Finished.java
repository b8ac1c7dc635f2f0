package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A short command that has ended.
 *
 * @param exitCode its exit code; 127, as in a shell, if the program was not found
 * @param output its standard output and standard error, stripped
 */
record Finished(int exitCode, String output) {

  static Finished run(List<String> command) {
    return run(command, Map.of());
  }

  static Finished run(List<String> command, Map<String, String> environment) {
    return run(command, environment, "");
  }

  /** Runs a command that reads {@code input}. */
  static Finished run(List<String> command, Map<String, String> environment, String input) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      try (OutputStream standardInput = process.getOutputStream()) {
        standardInput.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Finished(process.waitFor(), output);
    } catch (IOException e) {
      return new Finished(127, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedServersException("interrupted while running " + command.get(0), e);
    }
  }

  boolean isSuccess() {
    return exitCode == 0;
  }
}
