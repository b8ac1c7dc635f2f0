package dev.diagonal.pipelines.flink;

import dev.diagonal.pipelines.usage.UsageException;
import java.util.Optional;
import org.apache.flink.client.program.StreamContextEnvironment;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Where Flink's runner submits a job, and how it was started.
 *
 * @param rest the address of the cluster's REST API, or empty if the job stays in this JVM
 * @param byFlinkRun whether {@code flink run} called this program
 * @param detached whether {@code flink run} does not wait ({@code -d})
 * @param parallelism the parallelism that {@code flink run} sets ({@code -p}), or -1
 */
public record FlinkSubmission(
    Optional<String> rest, boolean byFlinkRun, boolean detached, int parallelism) {

  /** The runner's default: the cluster of {@code flink run}, otherwise this JVM. */
  public static final String AUTO = "[auto]";

  private static final int MAX_PORT = 65_535;

  /** Returns the submission for a value of {@code --flinkMaster}. */
  public static FlinkSubmission to(String flinkMaster) {
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    boolean byFlinkRun = environment instanceof StreamContextEnvironment;
    if (!flinkMaster.startsWith("[")) {
      return new FlinkSubmission(Optional.of(withPort(flinkMaster)), byFlinkRun, false, -1);
    }
    if (!byFlinkRun || !flinkMaster.equals(AUTO)) {
      return new FlinkSubmission(Optional.empty(), byFlinkRun, false, -1);
    }
    ReadableConfig configuration = environment.getConfiguration();
    return new FlinkSubmission(
        configuration
            .getOptional(RestOptions.ADDRESS)
            .map(host -> host + ":" + configuration.get(RestOptions.PORT)),
        true,
        !configuration.get(DeploymentOptions.ATTACHED),
        environment.getParallelism());
  }

  /** Returns whether the job runs outside this JVM. */
  public boolean isToCluster() {
    return rest.isPresent() || detached;
  }

  private static String withPort(String master) {
    String address = master.trim().replaceFirst("^https?://", ""); // as the runner does
    if (!address.matches("(?s).*:[0-9]+")) {
      return address + ":" + RestOptions.PORT.defaultValue();
    }
    String port = address.substring(address.lastIndexOf(':') + 1);
    if (port.length() > 5 || Integer.parseInt(port) > MAX_PORT) {
      throw new UsageException(
          "--flinkMaster takes host:port with a port up to %s, got '%s'"
              .formatted(MAX_PORT, master));
    }
    return address;
  }
}
