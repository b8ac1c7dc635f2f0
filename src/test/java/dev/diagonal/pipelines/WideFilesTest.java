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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Headers of very many columns: quadratic work would take hours. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
final class WideFilesTest {

  private static final int COLUMNS = 100_000;

  private final Path directory;

  WideFilesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void aHundredThousandColumnsTravelBothWays() throws IOException {
    Path in = wide(IntStream.range(0, COLUMNS).mapToObj(i -> "column" + i).collect(joining(",")));
    Path lines = directory.resolve("out.jsonl");
    assertDone("transfer", "--from=csv:" + in, "--to=jsonl:" + lines);
    List<String> objects = Files.readAllLines(lines);
    assertThat(objects).hasSize(2);
    JsonNode first = new ObjectMapper().readTree(objects.get(0));
    assertThat(first.size()).isEqualTo(COLUMNS);
    assertThat(first.get("column99999").asInt()).isEqualTo(99_999);

    Path back = directory.resolve("back.csv");
    assertDone("transfer", "--from=jsonl:" + lines, "--to=csv:" + back);
    assertThat(Files.mismatch(in, back)).isEqualTo(-1);
  }

  @Test
  void otherCommandsFindTheirColumns() throws IOException {
    String others = IntStream.range(2, COLUMNS).mapToObj(i -> "c" + i).collect(joining(","));
    Path in = wide("movieId,rating," + others);
    Path out = directory.resolve("out.csv");
    assertDone("movie-ratings", "--input=" + in, "--output=" + out);
    assertThat(Files.readAllLines(out)).hasSize(2);
    assertDone("load-edges", "--input=" + in, "--jdbcUrl=jdbc:postgresql://none/db", "--check");
  }

  /** Two rows; the first field is 0 and so is the second of the second row. */
  private Path wide(String header) throws IOException {
    IntFunction<String> row =
        n ->
            IntStream.range(0, COLUMNS).mapToObj(i -> "" + i % (COLUMNS * n)).collect(joining(","));
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
