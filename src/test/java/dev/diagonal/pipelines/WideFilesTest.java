package dev.diagonal.pipelines;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers of very many columns: quadratic work would take hours. */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
final class WideFilesTest {

  private static final int COLUMNS = 20_000;
  private static final int MANY = 100_000;

  private final Path directory;

  WideFilesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @ValueSource(ints = COLUMNS)
  void manyColumnsTravelBothWays(int columns) throws IOException {
    IntStream all = IntStream.range(0, columns);
    Path in = wide(columns, all.mapToObj(i -> "column" + i).collect(joining(",")));
    Path lines = directory.resolve("out.jsonl");
    assertDone("transfer", "--from=csv:" + in, "--to=jsonl:" + lines);
    List<String> objects = Files.readAllLines(lines);
    assertThat(objects).hasSize(2);
    JsonNode first = new ObjectMapper().readTree(objects.get(0));
    assertThat(first.size()).isEqualTo(columns);
    int last = columns - 1;
    assertThat(first.get("column" + last).asInt()).isEqualTo(last);

    Path back = directory.resolve("back.csv");
    assertDone("transfer", "--from=jsonl:" + lines, "--to=csv:" + back);
    assertThat(Files.mismatch(in, back)).isEqualTo(-1);
  }

  @Tag("large")
  @Test
  void aHundredThousandColumnsTravelBothWays() throws IOException {
    manyColumnsTravelBothWays(MANY);
  }

  @Test
  void otherCommandsFindTheirColumns() throws IOException {
    String others = IntStream.range(2, COLUMNS).mapToObj(i -> "c" + i).collect(joining(","));
    Path in = wide(COLUMNS, "movieId,rating," + others);
    Path out = directory.resolve("out.csv");
    assertDone("movie-ratings", "--input=" + in, "--output=" + out);
    assertThat(Files.readAllLines(out)).hasSize(2);
    assertDone("load-edges", "--input=" + in, "--jdbcUrl=jdbc:postgresql://none/db", "--check");
  }

  /** Two rows; the first field is 0 and so is the second of the second row. */
  private Path wide(int columns, String header) throws IOException {
    IntFunction<String> row =
        n ->
            IntStream.range(0, columns).mapToObj(i -> "" + i % (columns * n)).collect(joining(","));
    return Files.writeString(
        directory.resolve("in.csv"), header + "\n" + row.apply(1) + "\n" + row.apply(2) + "\n");
  }

  private static void assertDone(String... args) {
    Launched launched = Launched.with(Main.COMMANDS, args);
    assertThat(launched.exitCode())
        .as(() -> launched.err().stream().limit(3).collect(joining("\n")))
        .isEqualTo(ExitCode.DONE);
  }
}
