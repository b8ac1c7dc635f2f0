package dev.diagonal.pipelines.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.flink.configuration.ConfigConstants;

/**
 * How often a cluster starts a job without an end again. A number of attempts over its whole life,
 * as suits a job that ends, would be used up some day by workers that are lost once a month: here
 * it is a number of failures within some time.
 */
final class StreamRestarts {

  /** Of Flink's options, as the file of a cluster has them. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "restart-strategy.type", "failure-rate",
          "restart-strategy.failure-rate.max-failures-per-interval", "10",
          "restart-strategy.failure-rate.failure-rate-interval", "10 min",
          "restart-strategy.failure-rate.delay", "2 s");

  private StreamRestarts() {}

  /**
   * Sets it for a job of these options, unless the user says something of restarts or has a
   * configuration of Flink of their own: Beam has no option for it, but reads such a file.
   */
  static void set(FlinkPipelineOptions options) {
    boolean said =
        options.getNumberOfExecutionRetries() >= 0
            || options.getFlinkConfDir() != null
            || System.getenv(ConfigConstants.ENV_FLINK_CONF_DIR) != null;
    if (!said) {
      options.setFlinkConfDir(directory().toString());
    }
  }

  private static Path directory() {
    try {
      Path directory = Files.createTempDirectory("diagonal-flink");
      directory.toFile().deleteOnExit();
      Path file = directory.resolve("config.yaml");
      Files.writeString(
          file,
          SETTINGS.entrySet().stream()
              .map(setting -> setting.getKey() + ": " + setting.getValue() + "\n")
              .sorted()
              .collect(Collectors.joining()));
      file.toFile().deleteOnExit();
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
