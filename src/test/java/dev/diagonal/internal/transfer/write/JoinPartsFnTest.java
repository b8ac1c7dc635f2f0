package dev.diagonal.internal.transfer.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.files.output.RunFiles;
import dev.diagonal.internal.files.output.RunHold;
import dev.diagonal.internal.files.stored.FileText;
import dev.diagonal.internal.files.stored.Listing;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.sink.JoinPartsFn;
import dev.diagonal.internal.transfer.sink.RangeWritten;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.metrics.Written;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attempts at ranges and at their join, as a runner makes them that takes a worker for lost. */
final class JoinPartsFnTest {

  private static final RowType TYPE = new RowType(List.of(new Field("id", FieldType.TEXT)));

  private final Path directory;
  private final Path out;

  JoinPartsFnTest(@TempDir Path directory) throws IOException {
    this.directory = directory.toRealPath();
    this.out = this.directory.resolve("out.csv");
  }

  private TextFileSink sink(boolean announced) {
    return TextFileSink.csv(
        out.toString(), ",", '"', "\n", true, new OutputRun(OutputRun.newId(), announced));
  }

  private static RunHold begin(TextFileSink sink) throws IOException {
    return RunHold.begin(List.of(sink.files()));
  }

  private static RowBlockWriter open(TextFileSink sink, int range) throws IOException {
    return sink.open(new SourceRange(range, "t", 0, 1), TYPE);
  }

  private static RangeWritten written(TextFileSink sink, int range) throws Exception {
    RowBlockWriter writer = open(sink, range);
    try (writer) {
      return new RangeWritten(range, 0, writer.finish(line -> {}), writer.part());
    }
  }

  /** Appends to a part directly, as the rows of a range. */
  private void fill(RangeWritten range, String lines) throws IOException {
    Path part = directory.resolve(range.part());
    Files.writeString(part, Files.readString(part) + lines);
  }

  private static void join(TextFileSink sink, List<RangeWritten> ranges) throws IOException {
    Written unused = new JoinPartsFn(sink, TYPE).join(ranges);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void abandonedAttemptChangesNothingAfterTheJoin(boolean announced) throws Exception {
    TextFileSink sink = sink(announced);
    RunHold hold = begin(sink);
    RowBlockWriter stopped = open(sink, 0);
    RangeWritten first = written(sink, 0);
    RangeWritten second = written(sink, 1);
    fill(first, "1\n");
    fill(second, "2\n");
    join(sink, List.of(second, first));
    hold.close();

    // The worker wakes up: it ends its range, begins another one, and joins what it has.
    long unused = stopped.finish(line -> {});
    stopped.close();
    assertThatThrownBy(() -> open(sink, 1)).hasMessageContaining("is over");
    RangeWritten late = new RangeWritten(0, 0, 0, stopped.part());
    if (announced) {
      assertThatThrownBy(() -> join(sink, List.of(late))).isInstanceOf(IOException.class);
    } else {
      join(sink, List.of(late));
    }

    assertThat(out).hasContent("id\n1\n2\n");
    if (announced) {
      assertThat(names()).containsExactly("out.csv");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void joinMayRunAgainAfterItsRename(int ranges) throws Exception {
    TextFileSink sink = sink(true);
    try (RunHold hold = begin(sink)) {
      List<RangeWritten> all = new ArrayList<>();
      String expected = "id\n";
      for (int range = 0; range < ranges; range++) {
        all.add(written(sink, range));
        fill(all.get(range), range + "\n");
        expected += range + "\n";
      }

      // Renamed, and lost before it is noted: the parts are there.
      RunFiles files = sink.files();
      if (ranges > 0) {
        files.publish(files.join(all.stream().map(RangeWritten::part).toList()));
        assertThat(out).hasContent(expected);
        String done = names().stream().filter(name -> name.endsWith(".done")).findFirst().get();
        Files.delete(directory.resolve(done));
      }
      join(sink, all);
      assertThat(out).hasContent(expected);

      join(sink, all); // its output was lost after all was done

      assertThat(hold.complete()).containsExactly(out.toString());

      assertThat(out).hasContent(expected);
    }
    assertThat(names()).containsExactly("out.csv");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void joinFailsWhenAPartIsMissing(int ranges) throws Exception {
    Files.writeString(out, "old");
    TextFileSink sink = sink(true);
    try (RunHold hold = begin(sink)) {
      List<RangeWritten> all = new ArrayList<>();
      for (int range = 0; range < ranges; range++) {
        all.add(written(sink, range));
      }
      Files.delete(directory.resolve(all.get(ranges - 1).part()));

      assertThatThrownBy(() -> join(sink, all)).isInstanceOf(IOException.class);
      assertThat(hold.complete()).isEmpty();
    }
    assertThat(out).hasContent("old");
    assertThat(names()).containsExactly("out.csv");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gz", "bz2", "zst"})
  void compressedPartsAreJoined(String suffix) throws Exception {
    Path file = directory.resolve("out.csv." + suffix);
    TextFileSink sink = TextFileSink.csv(file.toString(), ",", '"', "\n", true, OutputRun.alone());
    List<RangeWritten> all = new ArrayList<>();
    for (int range = 0; range < 3; range++) {
      all.add(written(sink, range));
    }
    join(sink, all);
    FileText stored = FileText.open(Listing.matching(file.toString()).get(0));
    try (InputStream text = Channels.newInputStream(stored)) {
      assertThat(text).hasContent("id\n");
    }
  }
}
