package dev.diagonal.pipelines.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.flink.api.common.restartstrategy.RestartStrategies;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FlinkConfigurationTest {

  private static final String CLUSTER = "--flinkMaster=flink:8081";
  private static final String LOCAL = "--flinkMaster=[local]";
  private static final String STREAM = "--streaming=true";

  @TempDir private Path users;

  @Test
  void aClusterInThisProcessListensOnLoopback() {
    assertThat(completed(LOCAL).toMap()).containsAllEntriesOf(FlinkConfiguration.LOOPBACK);
    assertThat(completed("--flinkMaster=[auto]").toMap())
        .containsAllEntriesOf(FlinkConfiguration.LOOPBACK);
    assertThat(completed(LOCAL, STREAM).toMap())
        .containsExactlyInAnyOrderEntriesOf(FlinkConfiguration.LOOPBACK);
  }

  @Test
  void userPipelineConfigSetsSameOptions() {
    assertThat(GlobalConfiguration.loadConfiguration("runner-configs/flink-local").toMap())
        .containsExactlyInAnyOrderEntriesOf(FlinkConfiguration.LOOPBACK);
  }

  @Test
  void keepsWhatTheUserSets() throws IOException {
    Files.writeString(
        users.resolve("config.yaml"),
        """
        rest:
          bind-address: 0.0.0.0
          port: 12345
        classloader.parent-first-patterns.additional: [com.example.a, com.example.b]
        """);
    Configuration configuration = completed(LOCAL, "--flinkConfDir=" + users);
    assertThat(configuration.toMap())
        .contains(
            entry("rest.bind-address", "0.0.0.0"),
            entry("rest.port", "12345"),
            entry("jobmanager.bind-host", "127.0.0.1"));
    assertThat(configuration.get(CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS_ADDITIONAL))
        .containsExactly("com.example.a", "com.example.b");
  }

  @Test
  void keepsAFileOfTheOldFormat() throws IOException {
    Files.writeString(
        users.resolve("flink-conf.yaml"),
        "rest.port: 12345\nclassloader.parent-first-patterns.additional: com.a;com.b\n");
    Configuration configuration = completed(LOCAL, "--flinkConfDir=" + users);
    assertThat(configuration.toMap())
        .contains(entry("rest.port", "12345"), entry("rest.bind-address", "127.0.0.1"));
    assertThat(configuration.get(CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS_ADDITIONAL))
        .containsExactly("com.a", "com.b");
  }

  @Test
  void clusterStreamRestartsByFailureRate() throws IOException {
    Files.writeString(users.resolve("config.yaml"), "rest.port: 12345\n");
    for (List<String> given : List.of(List.<String>of(), List.of("--flinkConfDir=" + users))) {
      Configuration configuration = completed(options(given, CLUSTER, STREAM));
      assertThat(RestartStrategies.fromConfiguration(configuration))
          .contains(
              RestartStrategies.failureRateRestart(
                  10, Duration.ofMinutes(10), Duration.ofSeconds(2)));
      assertThat(configuration.toMap()).doesNotContainKey("rest.bind-address");
    }
  }

  @Test
  void theUsersRestartsStay() throws IOException {
    Files.writeString(users.resolve("config.yaml"), "restart-strategy.type: fixed-delay\n");
    String given = "--flinkConfDir=" + users;
    assertThat(directory(options(List.of(), CLUSTER, STREAM, given))).isEqualTo(users.toString());
    assertThat(directory(options(List.of(), CLUSTER, STREAM, "--numberOfExecutionRetries=3")))
        .isEqualTo("null");
  }

  @Test
  void aBatchOnAClusterKeepsItsConfiguration() throws IOException {
    Files.writeString(users.resolve("config.yaml"), "rest.port: 12345\n");
    assertThat(directory(options(List.of(), CLUSTER))).isEqualTo("null");
    assertThat(directory(options(List.of(), CLUSTER, "--flinkConfDir=" + users)))
        .isEqualTo(users.toString());
  }

  @Test
  void theCopyIsPrivateAndDeletedWhenClosed() throws IOException {
    Files.writeString(users.resolve("config.yaml"), "rest.port: 12345\n");
    FlinkPipelineOptions options = options(List.of(), LOCAL, "--flinkConfDir=" + users);
    Path copy =
        FlinkConfiguration.during(
            options,
            () -> {
              Path directory = Path.of(options.getFlinkConfDir());
              assertThat(directory.toFile()).isDirectoryContaining("glob:**config.yaml");
              assertThat(permissions(directory)).isEqualTo("rwx------");
              return directory;
            });
    assertThat(copy).doesNotExist();
    assertThat(options.getFlinkConfDir()).isEqualTo(users.toString());
  }

  @Test
  void refusesAConfigurationThatCannotBeRead() throws IOException {
    assertThatThrownBy(() -> FlinkConfiguration.check(users.resolve("missing").toString()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--flinkConfDir=" + users.resolve("missing") + ": Flink cannot");
    Files.writeString(users.resolve("config.yaml"), "rest: [\n");
    assertThatThrownBy(() -> FlinkConfiguration.check(users.toString()))
        .isInstanceOf(UsageException.class);
  }

  private static Configuration completed(String... args) {
    return completed(options(List.of(), args));
  }

  /** Returns what Beam reads during the run. */
  private static Configuration completed(FlinkPipelineOptions options) {
    return FlinkConfiguration.during(
        options, () -> GlobalConfiguration.loadConfiguration(options.getFlinkConfDir()));
  }

  private static String permissions(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String directory(FlinkPipelineOptions options) {
    return FlinkConfiguration.during(options, () -> String.valueOf(options.getFlinkConfDir()));
  }

  private static FlinkPipelineOptions options(List<String> more, String... args) {
    PipelineOptionsFactory.register(FlinkPipelineOptions.class);
    String[] all = new String[args.length + 1 + more.size()];
    all[0] = "--runner=FlinkRunner";
    System.arraycopy(args, 0, all, 1, args.length);
    for (int i = 0; i < more.size(); i++) {
      all[args.length + 1 + i] = more.get(i);
    }
    return PipelineOptionsFactory.fromArgs(all).as(FlinkPipelineOptions.class);
  }
}
