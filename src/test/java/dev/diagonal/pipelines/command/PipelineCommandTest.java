package dev.diagonal.pipelines.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.internal.metrics.Counted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.transforms.DoFn;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
final class PipelineCommandTest {

  private static final String LAUNCHED_BY_MAVEN = "diagonal.launchedByMaven";
  private static final String DIRECT = "--runner=DirectRunner --targetParallelism=2";
  private static final String FLINK = "--runner=FlinkRunner --flinkMaster=[local] --parallelism=1";

  private final Path directory;

  PipelineCommandTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void forgetMaven() {
    System.clearProperty(LAUNCHED_BY_MAVEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void aRunIsCompletedAndSummedUp(String runner) throws IOException {
    PaintCommand command = new PaintCommand(new CountFn(), 0);
    Path file = directory.resolve("summary.json");
    Launched launched = launch(command, runner + " --things=a,b,c --summary=" + file);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(command.done()).containsExactly("built", "completed");
    assertThat(launched.out().get(0))
        .matches("paint: 30 rows read, 0 bad, in [0-9.]+ s \\([0-9,]+ rows/s\\)");
    assertThat(launched.out().get(1))
        .isEqualTo("  wall                              3 rows  the wall");
    JsonNode summary = new ObjectMapper().readTree(file.toFile());
    assertThat(summary.path("state").asText()).isEqualTo("DONE");
    assertThat(summary.path("rows_read").asLong()).isEqualTo(30);
    assertThat(summary.path("outputs").path(0).path("rows_written").asLong()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void reportsOutOfMemoryAsFailure(String runner) throws IOException {
    PaintCommand command = new PaintCommand(new TooMuchFn(), 0);
    Path file = directory.resolve("summary.json");
    Launched launched = launch(command, runner + " --things=a,b --summary=" + file);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.out()).isEmpty();
    assertThat(String.join("\n", launched.err())).contains("memory ran out", "-Xmx");
    assertThat(command.done()).containsExactly("built");
    JsonNode summary = new ObjectMapper().readTree(file.toFile());
    assertThat(summary.path("state").asText()).isEqualTo("FAILED");
    assertThat(summary.path("failure").asText()).isNotEmpty();
  }

  @Test
  void stateOtherThanDoneFailsEvenWithoutException() {
    PaintCommand command = new PaintCommand();
    Launched launched = launch(command, "--things=a --runner=" + StuckRunner.class.getName());
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.out()).isEmpty();
    assertThat(launched.err())
        .hasSize(2)
        .element(0)
        .isEqualTo("paint: failed: the runner ended in state RUNNING and gave no reason");
    assertThat(launched.err().get(1)).contains("too little memory", "-Xmx");
    assertThat(command.done()).containsExactly("built");
  }

  @ParameterizedTest
  @ValueSource(strings = {DIRECT, FLINK})
  void whatAStepThrowsIsAFailure(String runner) {
    PaintCommand command = new PaintCommand(new ThrowingFn(), 0);
    Launched launched = launch(command, runner + " --things=a,b");
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err())
        .anyMatch(line -> line.equals("paint: failed: IllegalStateException: the brush broke"));
    assertThat(command.done()).containsExactly("built");
  }

  @Test
  void dryRunDescribesActionsAndChangesNothing() {
    PaintCommand command = new PaintCommand(new ThrowingFn(), 300L << 20);
    Path file = directory.resolve("summary.json");
    Launched launched = launch(command, "--things=a,b --dryRun --summary=" + file);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).hasSize(3).element(0).isEqualTo("paints:  [a, b]");
    assertThat(launched.out().get(1))
        .matches("heap:    300 MiB needed in each process, [0-9,]+ MiB here");
    assertThat(launched.err()).isEmpty();
    assertThat(command.done()).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "--runner=DirectRunner ", "--runner=direct ", "--runner=directrunner "})
  void directRunnerRefusesSmallHeaps(String runner) {
    PaintCommand command = new PaintCommand(new PaintCommand.DryFn(), 1L << 50);
    Launched launched = launch(command, runner + "--things=a");
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err().get(0))
        .matches(
            "paint: the DirectRunner needs a heap of 1,073,741,824 MiB for this job, and this JVM has"
                + " [0-9,]+ MiB: use java -Xmx1073741824m, fewer readers \\(--targetParallelism\\),"
                + " or run it on Flink: --runner=FlinkRunner");
    assertThat(command.done()).isEmpty();
  }

  @Test
  void conflictingOptionsAreWrongUsage() {
    Launched launched = launch(new PaintCommand(), "--things=a --coats=0");
    assertThat(launched)
        .isEqualTo(
            new Launched(
                ExitCode.WRONG_USAGE,
                List.of(),
                List.of("paint: --coats must be >= 1, got 0", "paint --help lists the options")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"FlinkRunner", "flink", "org.apache.beam.runners.flink.FlinkRunner"})
  void refusesFlinkInsideMavenAndShowsWorkingCommand(String runner) {
    System.setProperty(LAUNCHED_BY_MAVEN, "true");
    PaintCommand command = new PaintCommand();
    Launched launched = launch(command, "--things=a --flinkMaster=[local] --runner=" + runner);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err().get(0))
        .isEqualTo(
            "paint: Flink cannot load its classes inside Maven; run: mvn -q package -DskipTests &&"
                + " java -jar target/diagonal-bundled.jar paint --things=a --flinkMaster=[local]"
                + " --runner="
                + runner);
    assertThat(command.done()).isEmpty();
  }

  @Test
  void refusesUnwritableSummaryBeforeRun() {
    PaintCommand command = new PaintCommand();
    Launched launched = launch(command, "--things=a --summary=/dev/null/summary.json");
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err().get(0)).isEqualTo("paint: --summary: '/dev/null' is not writable");
    assertThat(command.done()).isEmpty();
  }

  @Test
  void refusesDirectoryAsSummaryBeforeRun() {
    Launched launched = launch(new PaintCommand(), "--things=a --summary=" + directory);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err().get(0))
        .isEqualTo("paint: --summary takes a file, and '" + directory + "' is a directory");
  }

  private static Launched launch(Command command, String args) {
    String[] all = ("paint " + args).split(" ");
    return Launched.with(List.of(command), all);
  }

  /** Reads ten rows a thing and writes one. */
  private static final class CountFn extends DoFn<String, Void> {
    @ProcessElement
    public void process() {
      Counted.ROWS_READ.add(10);
      Counted.ROWS_WRITTEN.add(1);
    }
  }

  /** Allocates 2 GiB, which is more than these tests have. */
  private static final class TooMuchFn extends DoFn<String, Void> {
    @ProcessElement
    public void process(@Element String thing) {
      byte[][] all = {new byte[Integer.MAX_VALUE - 8], new byte[Integer.MAX_VALUE - 8]};
      if (all[1].length == thing.length()) {
        throw new IllegalStateException("never so few");
      }
    }
  }

  private static final class ThrowingFn extends DoFn<String, Void> {
    @ProcessElement
    public void process() {
      throw new IllegalStateException("the brush broke");
    }
  }
}
