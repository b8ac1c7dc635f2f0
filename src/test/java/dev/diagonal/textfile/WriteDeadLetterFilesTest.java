package dev.diagonal.textfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.metrics.Written;
import dev.diagonal.testing.Runner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WriteDeadLetterFilesTest {

  private final Path directory;

  WriteDeadLetterFilesTest(@TempDir Path directory) {
    this.directory = directory.resolve("bad");
  }

  @ParameterizedTest
  @EnumSource
  void writesAndCountsEachLetterInOrder(Runner runner) throws IOException {
    write(
        runner,
        new DeadLetter("b.csv", 5, "short", "1,2"),
        new DeadLetter("a.csv", 100, "odd", "é\t\"x\""),
        new DeadLetter("a.csv", 20, "odd", "2"));
    assertThat(lines())
        .containsExactly(
            "{\"file\":\"a.csv\",\"offset\":20,\"reason\":\"odd\",\"record\":\"2\"}",
            "{\"file\":\"a.csv\",\"offset\":100,\"reason\":\"odd\",\"record\":\"é\\t\\\"x\\\"\"}",
            "{\"file\":\"b.csv\",\"offset\":5,\"reason\":\"short\",\"record\":\"1,2\"}");
  }

  @Test
  void repeatedBundlesWriteTheSameFile() throws IOException {
    DeadLetter one = new DeadLetter("a.csv", 20, "odd", "2");
    DeadLetter other = new DeadLetter("a.csv", 22, "odd", "3");
    write(Runner.DIRECT, one);
    write(Runner.DIRECT, other);
    List<Path> before = files();
    write(Runner.DIRECT, one);
    assertThat(files()).hasSize(2).isEqualTo(before);
    assertThat(lines()).containsExactlyInAnyOrder(one.toJson(), other.toJson());
  }

  @Test
  void orderOfRowsWithoutFileDoesNotMatter() throws IOException {
    DeadLetter first = DeadLetter.ofRow("refused", "1");
    DeadLetter second = DeadLetter.ofRow("refused", "2");
    DeadLetter third = DeadLetter.ofRow("too long", "0");
    write(Runner.DIRECT, first, second, third);
    write(Runner.DIRECT, third, second, first);
    assertThat(files()).hasSize(1);
    assertThat(lines()).containsExactly(first.toJson(), second.toJson(), third.toJson());
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "reason", "record"})
  void aLargeBundleIsWrittenInParts(String large) throws IOException {
    String half = "x".repeat(WriteDeadLetterFilesFn.MAX_CHARACTERS / 2 + 1);
    boolean cut = large.equals("record"); // to a quarter of what a file holds
    DeadLetter[] bad = new DeadLetter[cut ? 12 : 5];
    for (int i = 0; i < bad.length; i++) {
      bad[i] =
          new DeadLetter(
              large.equals("file") ? half : "a.csv",
              i,
              large.equals("reason") ? half : "odd",
              cut ? half : "x");
    }
    write(Runner.DIRECT, bad);
    assertThat(lines()).hasSize(bad.length);
    for (Path file : files()) {
      assertThat(Files.readAllLines(file)).hasSizeBetween(1, cut ? 5 : 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void lettersMayBeInWindows(Runner runner) throws IOException {
    TestPipeline pipeline = runner.pipeline();
    DeadLetter one = new DeadLetter("a.csv", 20, "odd", "2");
    DeadLetter other = new DeadLetter("a.csv", 22, "odd", "3");
    PAssert.that(
            pipeline
                .apply(
                    Create.timestamped(
                            TimestampedValue.of(one.toBadRecord(), new Instant(0)),
                            TimestampedValue.of(other.toBadRecord(), new Instant(60_000)))
                        .withCoder(BadRecord.getCoder(pipeline)))
                .apply(Window.into(FixedWindows.of(Duration.standardMinutes(1))))
                .apply(WriteDeadLetterFiles.into(directory.toString()))
                .apply(MapElements.into(TypeDescriptors.longs()).via(Written::rows))
                .apply(Sum.longsGlobally()))
        .containsInAnyOrder(2L);
    pipeline.run().waitUntilFinish();
    assertThat(lines()).containsExactlyInAnyOrder(one.toJson(), other.toJson());
  }

  @Test
  void thereMustBeADirectory() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WriteDeadLetterFiles.into(""))
        .withMessage("directory must not be empty");
  }

  private void write(Runner runner, DeadLetter... bad) {
    TestPipeline pipeline = runner.pipeline();
    List<BadRecord> records = Stream.of(bad).map(DeadLetter::toBadRecord).toList();
    PAssert.that(
            pipeline
                // One element, so that all of them are in one bundle.
                .apply(
                    Create.of(List.of(records))
                        .withCoder(ListCoder.of(BadRecord.getCoder(pipeline))))
                .apply(Flatten.iterables())
                .apply(WriteDeadLetterFiles.into(directory.toString()))
                .apply(MapElements.into(TypeDescriptors.longs()).via(Written::rows))
                .apply(Sum.longsGlobally()))
        .containsInAnyOrder((long) bad.length);
    pipeline.run().waitUntilFinish();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  /** Returns all lines unchanged, file after file. */
  private List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path file : files()) {
      lines.addAll(Files.readAllLines(file));
    }
    return lines;
  }
}
