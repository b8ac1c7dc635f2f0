package dev.diagonal.pipelines.flink;

import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.flink.configuration.ConfigConstants;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ConfigurationUtils;
import org.apache.flink.configuration.GlobalConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * The Flink configuration of one run: the user's settings, which win, plus those that Diagonal
 * adds. Beam reads a configuration only from a directory, so this one is written to a directory
 * that only the user can read and that exists during the run.
 */
public final class FlinkConfiguration {

  /**
   * Limits the REST API and the blob server of a cluster in this process to the loopback address.
   * By default they listen on all addresses without a password.
   */
  static final Map<String, String> LOOPBACK =
      Map.of(
          "rest.address", "127.0.0.1",
          "rest.bind-address", "127.0.0.1",
          "jobmanager.rpc.address", "127.0.0.1",
          "jobmanager.bind-host", "127.0.0.1",
          "taskmanager.host", "127.0.0.1",
          "taskmanager.bind-host", "127.0.0.1");

  /**
   * A stream would use up any fixed number of attempts over its lifetime, so the limit is a failure
   * rate. Beam has no option for it.
   */
  private static final Map<String, String> STREAM_RESTARTS =
      Map.of(
          "restart-strategy.type", "failure-rate",
          "restart-strategy.failure-rate.max-failures-per-interval", "10",
          "restart-strategy.failure-rate.failure-rate-interval", "10 min",
          "restart-strategy.failure-rate.delay", "2 s");

  private FlinkConfiguration() {}

  /**
   * Runs a job with the completed configuration, which {@code options} name meanwhile.
   *
   * @throws UsageException if the user's configuration cannot be read
   */
  public static <T> T during(FlinkPipelineOptions options, Supplier<T> job) {
    Configuration users = load(options.getFlinkConfDir());
    Map<String, String> missing = missingIn(users, options);
    if (missing.isEmpty()) {
      return job.get();
    }
    Configuration whole = new Configuration(users);
    missing.forEach(whole::setString);
    Path file = write(whole);
    String given = options.getFlinkConfDir();
    options.setFlinkConfDir(String.valueOf(file.getParent()));
    try {
      return job.get();
    } finally {
      options.setFlinkConfDir(given);
      delete(file);
    }
  }

  /**
   * Checks that the user's configuration can be read, before anything is created.
   *
   * @param directory the value of {@code --flinkConfDir}, or null
   * @throws UsageException if it cannot be read
   */
  public static void check(@Nullable String directory) {
    Configuration unused = load(directory);
  }

  private static Map<String, String> missingIn(Configuration users, FlinkPipelineOptions options) {
    FlinkSubmission submission = FlinkSubmission.to(options.getFlinkMaster());
    boolean ofFlinkRun =
        submission.byFlinkRun() && options.getFlinkMaster().equals(FlinkSubmission.AUTO);
    if (ofFlinkRun) {
      return Map.of(); // the program flink has read its configuration already
    }
    if (!submission.isToCluster()) {
      Map<String, String> missing = new HashMap<>(LOOPBACK);
      missing.keySet().removeAll(users.keySet());
      return missing;
    }
    boolean usersRestarts =
        options.getNumberOfExecutionRetries() >= 0
            || users.keySet().stream().anyMatch(key -> key.startsWith("restart-strategy"));
    return options.isStreaming() && !usersRestarts ? STREAM_RESTARTS : Map.of();
  }

  /**
   * Loads the configuration as Beam does: without a directory, from the environment, which may have
   * none.
   */
  private static Configuration load(@Nullable String directory) {
    try {
      return directory == null || directory.isEmpty()
          ? GlobalConfiguration.loadConfiguration()
          : GlobalConfiguration.loadConfiguration(directory);
    } catch (RuntimeException e) {
      throw new UsageException(
          "%s: Flink cannot read its configuration: %s"
              .formatted(
                  directory == null || directory.isEmpty()
                      ? ConfigConstants.ENV_FLINK_CONF_DIR
                      : "--flinkConfDir=" + directory,
                  e.getMessage()),
          e);
    }
  }

  private static Path write(Configuration configuration) {
    try {
      Path directory = Files.createTempDirectory("diagonal-flink-");
      directory.toFile().deleteOnExit();
      // Flink parses a file of the old name by other rules, so the copy keeps the original's name.
      Path file = directory.resolve(GlobalConfiguration.getFlinkConfFilename());
      file.toFile().deleteOnExit();
      Files.write(file, ConfigurationUtils.convertConfigToWritableLines(configuration, true));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
      Files.deleteIfExists(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      // The JVM tries again when it exits; this must not fail a finished job.
    }
  }
}
