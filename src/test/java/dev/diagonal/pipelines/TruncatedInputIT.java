package dev.diagonal.pipelines;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changes an input file while a command reads it. The command writes the exact result of the file
 * that it listed, or fails with the name of the file and writes no output file.
 */
@EnabledOnOs(OS.LINUX) // /proc shows how far the readers are
@ExtendWith(PostgresExtension.class)
final class TruncatedInputIT {

  private static final long SEED = 15;

  /** Three ranges. */
  private static final int BYTES = 12 << 20;

  /** No reader of a sample gets that far. */
  private static final int FIRST_CHANGE = 2 << 20;

  private static final Instant LONG_AGO = Instant.now().minus(Duration.ofHours(1));
  private static final String FLINK = "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2";

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final Map<Kind, String> expected = new EnumMap<>(Kind.class);
  private final Map<Kind, byte[]> originals = new EnumMap<>(Kind.class);
  private final Path directory;
  private final Path input;
  private final Path output;
  private final EdgeDatabase database;

  private enum Kind {
    RATINGS("userId,movieId,rating"),
    TRANSFER("id,name,amount"),
    EDGES("source,note,target");

    private final String header;

    Kind(String header) {
      this.header = header;
    }
  }

  private enum Change {
    TRUNCATE,
    APPEND_LINES,
    OVERWRITE
  }

  TruncatedInputIT(@TempDir Path directory, LocalPostgres postgres) throws IOException {
    this.directory = directory.toRealPath();
    this.input = this.directory.resolve("changing.csv");
    this.output = this.directory.resolve("out");
    this.database = new EdgeDatabase(postgres);
  }

  @Test
  void writesTheListedFileOrFails(TestReporter reporter) throws Exception {
    rounds(3, reporter);
  }

  @Test
  @Tag("large") // some minutes
  void writesListedFileOrFailsHundredTimes(TestReporter reporter) throws Exception {
    int failed = rounds(100, reporter);

    assertThat(failed).as("rounds in which the command noticed the change").isGreaterThan(20);
  }

  /** Returns how many runs failed. */
  private int rounds(int rounds, TestReporter reporter) throws Exception {
    int failed = 0;
    for (int round = 1; round <= rounds; round++) {
      Kind kind = round % 10 == 3 ? Kind.EDGES : round % 2 == 0 ? Kind.TRANSFER : Kind.RATINGS;
      Change change = Change.values()[random.nextInt(Change.values().length)];
      String runner = random.nextInt(5) == 0 ? FLINK : "--runner=DirectRunner";
      String what = "seed %d, round %d: %s, %s, %s".formatted(SEED, round, kind, change, runner);
      boolean done = round(kind, change, runner, what);
      failed += done ? 0 : 1;
    }
    reporter.publishEntry(
        "seed %d: %d rounds, in %d the command failed".formatted(SEED, rounds, failed));
    return failed;
  }

  /** Returns whether the run was successful. */
  private boolean round(Kind kind, Change change, String runner, String what) throws Exception {
    byte[] original = original(kind);
    boolean old = random.nextBoolean();
    Files.deleteIfExists(output);
    if (old) {
      Files.writeString(output, "old");
    }
    write(original);
    if (kind == Kind.EDGES) {
      database.execute("DROP TABLE IF EXISTS edges, nodes CASCADE");
    }
    long from = random.nextLong(FIRST_CHANGE, BYTES);
    long seed = random.nextLong();

    CompletableFuture<Launched> run =
        CompletableFuture.supplyAsync(() -> launch(kind, runner.split(" ")));
    while (!run.isDone() && farthestReader() < from) {
      LockSupport.parkNanos(100_000);
    }
    change(change, original, new SplittableRandom(seed));
    Launched launched = run.join();

    boolean done = launched.exitCode() == ExitCode.DONE;
    String described = what + " at byte " + from + ": " + launched;
    if (!done) {
      assertThat(String.join("\n", launched.err())).as(described).contains(input.toString());
    }
    if (kind == Kind.EDGES) {
      assertEdges(original, done, described);
    } else if (done) {
      assertThat(Files.readString(output).equals(expected.get(kind))).as(described).isTrue();
    } else if (old) {
      assertThat(output).as(described).hasContent("old");
    } else {
      assertThat(output).as(described).doesNotExist();
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).as(described).isSubsetOf(input, output);
    }
    return done;
  }

  private byte[] original(Kind kind) throws Exception {
    byte[] made = originals.get(kind);
    if (made != null) {
      return made;
    }
    StringBuilder text = new StringBuilder(kind.header).append('\n');
    // Few edges, since rows are slow to write; their lines are long.
    String note = "n".repeat(kind == Kind.EDGES ? 400 : 10);
    while (text.length() < BYTES) {
      if (kind == Kind.RATINGS) {
        text.append(random.nextInt(1, 100_000)).append(',').append(random.nextInt(1, 3_000));
        text.append(',').append(random.nextInt(1, 5)).append('.').append(random.nextInt(10, 99));
      } else {
        text.append(random.nextInt(1, 1_000_000)).append(',').append(note);
        text.append(',').append(random.nextInt(100_000, 1_000_000));
      }
      text.append('\n');
    }
    byte[] bytes = text.toString().getBytes(US_ASCII);
    originals.put(kind, bytes);
    if (kind != Kind.EDGES) {
      write(bytes);
      Files.deleteIfExists(output);
      Launched undisturbed = launch(kind);
      assertThat(undisturbed.exitCode()).as("%s", undisturbed).isEqualTo(ExitCode.DONE);
      expected.put(kind, Files.readString(output));
    }
    return bytes;
  }

  private void write(byte[] bytes) throws IOException {
    Files.write(input, bytes);
    Files.setLastModifiedTime(input, FileTime.from(LONG_AGO));
  }

  private Launched launch(Kind kind, String... more) {
    List<String> args = new ArrayList<>();
    switch (kind) {
      case RATINGS -> args.addAll(List.of("movie-ratings", "--input=" + input));
      case TRANSFER ->
          args.addAll(
              List.of(
                  "transfer",
                  "--from=csv:" + input,
                  "--to=jsonl:" + output,
                  "--quotedLineBreaks=false"));
      case EDGES ->
          args.addAll(
              List.of(
                  "load-edges",
                  "--input=" + input,
                  "--jdbcUrl=" + database.postgres().jdbcUrl(),
                  "--jdbcUser=" + database.postgres().user()));
    }
    if (kind == Kind.RATINGS) {
      args.add("--output=" + output);
    }
    args.addAll(List.of(more));
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  /** Returns the highest position of the input file among this JVM's open files; -1 if none. */
  private long farthestReader() throws IOException {
    long farthest = -1;
    try (Stream<Path> opened = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : opened.toList()) {
        try {
          if (Files.readSymbolicLink(descriptor).equals(input)) {
            Path info = Path.of("/proc/self/fdinfo").resolve(descriptor.getFileName());
            String position = Files.readString(info).lines().findFirst().orElse("pos: -1");
            farthest =
                Math.max(farthest, Long.parseLong(position.substring("pos:".length()).strip()));
          }
        } catch (NoSuchFileException e) {
          continue; // closed in the meantime
        }
      }
    }
    return farthest;
  }

  private void change(Change change, byte[] original, SplittableRandom random) throws IOException {
    if (change == Change.APPEND_LINES) {
      String lines = "1,2,3\n".repeat(random.nextInt(1, 100));
      Files.writeString(input, lines, APPEND);
      return;
    }
    try (FileChannel channel = FileChannel.open(input, WRITE)) {
      if (change == Change.TRUNCATE) {
        int end = random.nextInt(1, original.length);
        if (random.nextBoolean()) { // before the last digit of a line: a number that never was
          while (end < original.length && original[end] != '\n') {
            end++;
          }
          end--;
        }
        channel.truncate(end);
      } else {
        String other = new String(original, US_ASCII);
        int header = other.indexOf('\n');
        other = other.substring(0, header) + other.substring(header).replace('1', '2');
        channel.write(ByteBuffer.wrap(other.getBytes(US_ASCII)));
      }
    }
  }

  private void assertEdges(byte[] original, boolean done, String described) throws Exception {
    Set<String> listed = new HashSet<>();
    long rows = 0;
    for (String line : new String(original, UTF_8).split("\n", -1)) {
      if (!line.isEmpty()) {
        listed.add(line.replaceFirst(",n*,", "->"));
        rows++;
      }
    }
    if (done) {
      assertThat(database.edges()).as(described).isEqualTo(rows - 1);
    }
    if (database.query("SELECT to_regclass('edges')").get(0) != null) {
      List<String> written = database.query("SELECT source || '->' || target FROM edges");
      written.removeAll(listed);
      assertThat(written).as(described).isEmpty();
      assertThat(database.wrongNodes()).as(described).isEmpty();
    }
  }
}
