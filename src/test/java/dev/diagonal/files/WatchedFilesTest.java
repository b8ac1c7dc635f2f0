package dev.diagonal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.diagonal.files.WatchedFiles.Looker;
import dev.diagonal.files.WatchedFiles.Seen;
import dev.diagonal.files.stored.InputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFilesTest {

  private static final Duration SECOND = Duration.standardSeconds(1);

  private final Path directory;
  private final FileWatch watch = FileWatch.every(SECOND);
  private long nowMillis = 1_000_000;

  WatchedFilesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void returnsEachFileOnceAtItsTime() throws IOException {
    Looker looker = looker(watch, null);
    assertThat(comes(looker)).isEmpty();
    write("a", 3);
    assertThat(comes(looker)).as("it has just looked").isEmpty();
    nowMillis += 999;
    assertThat(comes(looker)).isEmpty();
    nowMillis += 1;
    assertThat(comes(looker)).containsExactly(file("a", 3));
    write("b", 5);
    write("c", 7);
    nowMillis += 1_000;
    assertThat(comes(looker)).containsExactlyInAnyOrder(file("b", 5), file("c", 7));
    nowMillis += 1_000;
    assertThat(comes(looker)).isEmpty();
    assertThat(looker.getWatermark()).isEqualTo(BoundedWindow.TIMESTAMP_MIN_VALUE);
  }

  @Test
  void checkpointsFindUnemittedFilesAgain() throws Exception {
    write("a", 1);
    write("b", 2);
    Looker first = looker(watch, null);
    assertThat(first.start()).isTrue();
    KV<String, InputFile> one = first.getCurrent();
    Seen mark = first.getCheckpointMark();
    WatchedFiles files = new WatchedFiles(patterns(), watch);
    Seen decoded = CoderUtils.clone(files.getCheckpointMarkCoder(), mark);
    assertThat(decoded).isEqualTo(mark).isEqualTo(new Seen(Set.of(one.getKey()), nowMillis));
    List<KV<String, InputFile>> rest = comes(looker(watch, decoded));
    assertThat(rest).hasSize(1).doesNotContain(one);
  }

  @Test
  void aFileThatWasTakenAwayIsForgotten() throws IOException {
    write("a", 1);
    Looker looker = looker(watch, null);
    assertThat(comes(looker)).hasSize(1);
    Files.delete(directory.resolve("a"));
    nowMillis += 1_000;
    assertThat(comes(looker)).isEmpty();
    assertThat(looker.getCheckpointMark().names()).isEmpty();
    write("a", 2);
    nowMillis += 1_000;
    assertThat(comes(looker)).containsExactly(file("a", 2));
  }

  @Test
  void linksToOtherFilesAreLeftOut() throws IOException {
    write("b", 1);
    Path latest = Files.createSymbolicLink(directory.resolve("a-latest"), Path.of("b"));
    Looker looker = looker(watch, null);
    assertThat(comes(looker)).containsExactly(file("b", 1));
    assertThat(looker.getCheckpointMark().names()).containsExactly(name("b"));
    write("c", 2);
    Files.delete(latest);
    Files.createSymbolicLink(latest, Path.of("c"));
    nowMillis += 1_000;
    Looker restored = looker(watch, looker.getCheckpointMark());
    assertThat(comes(restored)).containsExactly(file("c", 2));
    Files.delete(latest);
    write("a-latest", 3);
    nowMillis += 1_000;
    assertThat(comes(restored)).containsExactly(file("a-latest", 3));
  }

  @Test
  void endsAfterTheIdleTimeAlsoOnceRestored() throws IOException {
    FileWatch idle = watch.endingAfter(Duration.standardSeconds(5));
    write("a", 1);
    Looker looker = looker(idle, null);
    assertThat(comes(looker)).hasSize(1);
    nowMillis += 4_000;
    assertThat(comes(looker)).isEmpty();
    assertThat(looker.getWatermark()).isEqualTo(BoundedWindow.TIMESTAMP_MIN_VALUE);
    Looker anew = looker(idle, looker.getCheckpointMark());
    nowMillis += 1_000;
    assertThat(comes(anew)).isEmpty();
    assertThat(anew.getWatermark()).isEqualTo(BoundedWindow.TIMESTAMP_MAX_VALUE);
  }

  @Test
  void endedWatchEmitsExistingFilesAndEnds() throws IOException {
    Looker looker = looker(watch, null);
    Looker other = looker(FileWatch.every(SECOND), null);
    assertThat(comes(looker)).isEmpty();
    assertThat(comes(other)).isEmpty();
    write("a", 1);
    WatchedFiles.end(watch);
    assertThat(looker.start()).as("it looks for a last time, and at once").isTrue();
    assertThat(looker.getWatermark()).isEqualTo(BoundedWindow.TIMESTAMP_MIN_VALUE);
    assertThat(comes(looker)).isEmpty();
    assertThat(looker.getWatermark()).isEqualTo(BoundedWindow.TIMESTAMP_MAX_VALUE);
    assertThat(comes(other)).isEmpty();
    assertThat(other.getWatermark()).isEqualTo(BoundedWindow.TIMESTAMP_MIN_VALUE);
  }

  @Test
  void refusesEndWithoutWatchAndZeroDurations() {
    ReadLines.Source files = ReadLines.from(patterns());
    assertThatIllegalStateException().isThrownBy(files::endWatch);
    assertThatIllegalStateException().isThrownBy(() -> files.endingAfter(SECOND));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.watching(Duration.ZERO))
        .withMessage("interval must be > 0, got PT0S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.watching(SECOND).endingAfter(Duration.ZERO))
        .withMessage("idleTime must be > 0, got PT0S");
  }

  private Looker looker(FileWatch by, @Nullable Seen seen) {
    return new WatchedFiles(patterns(), by).new Looker(seen, () -> nowMillis);
  }

  private List<String> patterns() {
    return List.of(directory.toString());
  }

  private static List<KV<String, InputFile>> comes(Looker looker) {
    List<KV<String, InputFile>> all = new ArrayList<>();
    while (looker.advance()) {
      all.add(looker.getCurrent());
    }
    return all;
  }

  private void write(String name, int bytes) throws IOException {
    Files.write(directory.resolve(name), new byte[bytes]);
  }

  private String name(String file) {
    return directory.resolve(file).toString();
  }

  private KV<String, InputFile> file(String file, long bytes) throws IOException {
    long modified = Files.getLastModifiedTime(directory.resolve(file)).toMillis();
    return KV.of(name(file), InputFile.of(name(file), bytes, modified));
  }
}
