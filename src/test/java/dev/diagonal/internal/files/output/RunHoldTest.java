package dev.diagonal.internal.files.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.files.stored.OutputRun;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunHoldTest {

  private static final String GONE = "0123456789abcdef".repeat(2);

  private final Path directory;
  private final Path out;

  RunHoldTest(@TempDir Path directory) throws IOException {
    this.directory = directory.toRealPath();
    this.out = this.directory.resolve("out[1].csv");
  }

  private RunFiles files(boolean announced) {
    return RunFiles.at(out.toString(), new OutputRun(OutputRun.newId(), announced));
  }

  private String part(RunFiles files, String text) throws IOException {
    RunFiles.Part part = files.create("whole");
    try (OutputStream out = part.out()) {
      out.write(text.getBytes(UTF_8));
    }
    return part.name();
  }

  private Path left(String kind) throws IOException {
    return Files.writeString(
        directory.resolve(".out[1].csv.diagonal-" + GONE + "." + kind), "left");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void lateAttemptChangesNothingAfterRunEnds() throws IOException {
    RunFiles files = files(true);
    RunHold hold = RunHold.begin(List.of(files));
    RunFiles.Part stopped = files.create("whole");
    String complete = part(files, "of an attempt that stops just before its rename");
    files.publish(part(files, "result"));
    hold.close();
    assertThat(names()).containsExactly("out[1].csv");
    Files.writeString(out, "a later result");

    stopped.out().write("late".getBytes(UTF_8)); // it still has its file open
    stopped.out().close();
    assertThatThrownBy(() -> files.publish(stopped.name())).hasMessageContaining("is over");
    assertThatThrownBy(() -> files.create("part-3")).hasMessageContaining("is over");
    // As if it had looked before the run was over.
    assertThatThrownBy(() -> files.folder().publish(complete, files.target()))
        .isInstanceOf(IOException.class);

    assertThat(out).hasContent("a later result");
    assertThat(names()).containsExactly("out[1].csv");
  }

  @Test
  void firstPublishEndsOtherAttemptsWithoutLauncher() throws IOException {
    RunFiles files = files(false);
    String late = part(files, "late");
    files.publish(part(files, "result"));

    assertThatThrownBy(() -> files.publish(late)).isInstanceOf(IOException.class);

    assertThat(out).hasContent("result");
    assertThat(names()).containsExactly("out[1].csv");
  }

  @Test
  void deletesOnlyLeftoversOfEndedRuns() throws IOException {
    List<Path> left =
        List.of(left("run"), left("done"), left("whole." + GONE), left("part-12." + GONE));
    List<Path> others =
        List.of(
            directory.resolve("out1.csv"),
            directory.resolve(".out1.csv.diagonal-" + GONE + ".run"),
            directory.resolve(".out[1].csv.diagonal-notes"),
            directory.resolve(".out[1].csv.diagonal-" + GONE + ".runs"),
            directory.resolve(
                ".out[1].csv.diagonal-" + GONE.replace('0', '1') + ".part-1." + GONE));
    for (Path other : others) {
      Files.writeString(other, "mine");
    }

    RunHold.begin(List.of(files(true))).close();

    assertThat(left).allSatisfy(each -> assertThat(each).doesNotExist());
    assertThat(others).allSatisfy(each -> assertThat(each).hasContent("mine"));
  }

  @Test
  void keepsPartsOfRunInProgress() throws IOException {
    RunFiles first = files(true);
    try (RunHold hold = RunHold.begin(List.of(first))) {
      String part = part(first, "first");

      RunHold.begin(List.of(files(true))).close();
      RunHold.begin(List.of(files(false))).close();

      first.publish(part);
      assertThat(hold.complete()).containsExactly(out.toString());
    }
    assertThat(out).hasContent("first");
    assertThat(names()).containsExactly("out[1].csv");
  }

  /** The lock of another process is the one that matters: this JVM knows its own runs. */
  @Test
  void lockOfAnotherProcessKeepsItsParts() throws Exception {
    left("whole." + GONE);
    Path run = left("run");
    Process holder =
        new ProcessBuilder(
                "python3",
                "-c",
                "import fcntl,sys; f=open(sys.argv[1],'r+'); fcntl.lockf(f,fcntl.LOCK_EX);"
                    + " print('locked',flush=True); sys.stdin.read()",
                run.toString())
            .start();
    try {
      assertThat(holder.inputReader(UTF_8).readLine()).isEqualTo("locked");
      RunHold.begin(List.of(files(true))).close();
      assertThat(names()).hasSize(2);
    } finally {
      holder.destroyForcibly().onExit().join();
    }
    RunHold.begin(List.of(files(true))).close();
    assertThat(names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void partsWithoutHoldAreLeftoversAfterOneDay(boolean old) throws IOException {
    Path part = left("part-1." + GONE);
    if (old) {
      Files.setLastModifiedTime(part, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
    }

    RunHold.begin(List.of(files(true))).close();

    assertThat(Files.exists(part)).isEqualTo(!old);
  }

  @Test
  void leaveKeepsFilesOfAContinuingJob() throws IOException {
    RunFiles files = files(true);
    RunHold hold = RunHold.begin(List.of(files));
    String part = part(files, "result");
    hold.leave();
    hold.close();

    files.publish(part);

    assertThat(out).hasContent("result");
    RunHold.begin(List.of(files(true))).close();
    assertThat(names()).containsExactly("out[1].csv");
  }
}
