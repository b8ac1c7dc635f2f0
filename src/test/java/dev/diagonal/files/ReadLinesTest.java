package dev.diagonal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.testing.Runner;
import dev.diagonal.textfile.WriteDeadLetters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReadLinesTest {

  private final Path directory;

  ReadLinesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @EnumSource
  void consumersGetHeadersRangesAndBundleEnds(Runner runner) throws IOException {
    write("a.txt", "head\n1\n2\n3\n4\n5\n6\n");
    write("b.txt", "head\n1\n");
    TestPipeline pipeline = runner.pipeline();
    PAssert.that(
            pipeline.apply(
                "header", read("a.txt").withHeader(true).withRanges(new RangePlan(64, 6, 6, 100))))
        .containsInAnyOrder(
            List.of(
                "open head",
                "1",
                "end of 1",
                "open head",
                "2",
                "3",
                "4",
                "end of 2",
                "end of 3",
                "end of 4",
                "open head",
                "5",
                "6",
                "end of 5",
                "end of 6"));
    PAssert.that(pipeline.apply("none", read("b.txt").withRanges(new RangePlan(64, 1, 100, 1))))
        .containsInAnyOrder("open null", "head", "1", "end of head", "end of 1");
    pipeline.run().waitUntilFinish();
  }

  @ParameterizedTest
  @EnumSource
  void readerAndConsumerRejectionsBecomeDeadLetters(Runner runner) throws Exception {
    String tooLong = "x".repeat(RangeReader.BLOCK_BYTES);
    write("a.txt", "1\nbad\n" + tooLong + "\n2\nlate\n");
    TestPipeline pipeline = runner.pipeline();
    try (BadRecordErrorHandler<?> handler =
        pipeline.registerBadRecordErrorHandler(WriteDeadLetters.to(path("bad.jsonl"), 9))) {
      PAssert.that(pipeline.apply(read("a.txt").withBadRecordErrorHandler(handler)))
          .containsInAnyOrder("open null", "1", "end of 1", "open null", "2", "end of 2");
    }
    pipeline.run().waitUntilFinish();
    assertThat(Files.readAllLines(directory.resolve("bad.jsonl")))
        .containsExactly(
            new DeadLetter(path("a.txt"), 2, "rejected", "bad").toJson(),
            new DeadLetter(
                    path("a.txt"),
                    6,
                    "the line is longer than 1048576 bytes; only its start is kept",
                    "x".repeat(800))
                .toJson(),
            new DeadLetter(path("a.txt"), 9 + tooLong.length(), "rejected at the end", "late")
                .toJson());
  }

  @ParameterizedTest
  @EnumSource
  void failsWhenFileShrinksDuringRead(Runner runner) throws IOException {
    write("shrinks.txt", "0123456789abcdef\n".repeat(200_000));
    TestPipeline pipeline = runner.pipeline();
    ReadLines<String> shrinking =
        ReadLines.from(List.of(path("shrinks.txt")))
            .into(ShrinkingConsumer::new, StringUtf8Coder.of());
    pipeline.apply(shrinking);
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasStackTraceContaining(
            path("shrinks.txt") + " has changed since it was listed: it had 3400000 bytes")
        .hasStackTraceContaining("now has 1500003 bytes");
  }

  /** Cuts the file in the middle of a line that was not read yet. */
  private static final class ShrinkingConsumer implements LineConsumer<String> {

    private String file = "";

    @Override
    public void open(TextFile textFile) {
      file = textFile.name();
    }

    @Override
    public long accept(TextBlock block, Output<String> output) {
      String text = new String(block.bytes(), block.start(), block.size(), UTF_8);
      if (!text.matches("(?s)(0123456789abcdef\n)*+")) {
        throw new IllegalStateException("a line that was never written: it ends a block");
      }
      try (FileChannel channel = FileChannel.open(Path.of(file), WRITE)) {
        channel.truncate(1_500_003);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return text.length() / 17;
    }

    @Override
    public void finish(Output<String> output) {}
  }

  @ParameterizedTest
  @EnumSource
  void linesEndAtLfCrAndCrLf(Runner runner) throws IOException {
    write("a.txt", "\r\n\rhead\r1\r2\r\n3\n4\r5\r\r6");
    TestPipeline pipeline = runner.pipeline();
    for (int bytes = 1; bytes < 12; bytes += 5) {
      PAssert.that(
              pipeline
                  .apply(bytes + " bytes", read("a.txt").withHeader(true).withRanges(ranges(bytes)))
                  .apply(bytes + " lines", Filter.by(line -> line.matches("[0-9]|open.*"))))
          .satisfies(
              lines -> {
                List<String> all = new ArrayList<>();
                lines.forEach(all::add);
                all.removeIf("open head"::equals);
                assertThat(all).containsExactlyInAnyOrder("1", "2", "3", "4", "5", "6");
                return null;
              });
    }
    pipeline.run().waitUntilFinish();
  }

  private static RangePlan ranges(int bytes) {
    return new RangePlan(64, bytes, bytes, 100);
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReadLines.from(List.of()))
        .withMessage("patterns must not be empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("a.txt").withMaxBadRecords(-1))
        .withMessage("maxBadRecords must be >= 0, got -1");
  }

  private ReadLines<String> read(String name) {
    return ReadLines.from(List.of(path(name))).into(CollectLines::new, StringUtf8Coder.of());
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  /** Emits its calls, and every line again at the end; rejects two lines. */
  private static final class CollectLines implements LineConsumer<String> {

    private final List<String> lines = new ArrayList<>();
    private final List<DeadLetter> late = new ArrayList<>();
    private String file = "";
    private String opened = "";

    @Override
    public void open(TextFile textFile) {
      file = textFile.name();
      opened = "open " + textFile.header();
    }

    @Override
    public long accept(TextBlock block, Output<String> output) {
      output.emit(opened);
      long offset = block.offsetOf(block.start());
      int before = lines.size();
      String text = new String(block.bytes(), block.start(), block.size(), UTF_8);
      for (String line : text.lines().toList()) {
        if (line.equals("bad")) {
          output.reject(new DeadLetter(file, offset, "rejected", line));
        } else if (line.equals("late")) {
          late.add(new DeadLetter(file, offset, "rejected at the end", line));
        } else {
          output.emit(line);
          lines.add(line);
        }
        offset += line.length() + 1;
      }
      return lines.size() - before;
    }

    @Override
    public void finish(Output<String> output) {
      lines.forEach(line -> output.emit("end of " + line));
      late.forEach(output::reject);
      lines.clear();
      late.clear();
    }
  }
}
