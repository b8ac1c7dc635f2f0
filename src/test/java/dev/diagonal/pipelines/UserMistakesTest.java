package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Mistakes.Mistake;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user gets wrong is a line or two and exit code 2, never a stack trace. */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
final class UserMistakesTest {

  private final Path directory;

  UserMistakesTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    Files.writeString(directory.resolve("in.csv"), "a,b\n1,2\n");
    Mistakes.writeFiles(directory);
  }

  /** The name of a host is asked for again and again, for a quarter of a minute. */
  private static final int HOST_THAT_DOES_NOT_EXIST = 51;

  static Stream<Mistake> rowsWithoutServers() {
    return Mistakes.all().stream()
        .filter(mistake -> !mistake.needsServer() && !mistake.isProcess())
        .filter(mistake -> mistake.number() != HOST_THAT_DOES_NOT_EXIST);
  }

  @Tag("large")
  @Test
  void aHostThatDoesNotExistIsNamed() {
    Mistake mistake =
        Mistakes.all().stream()
            .filter(each -> each.number() == HOST_THAT_DOES_NOT_EXIST)
            .findAny()
            .orElseThrow();
    mistake.check(mistake.launch(directory));
  }

  @ParameterizedTest
  @MethodSource("rowsWithoutServers")
  void rowsOfTheTable(Mistake mistake) {
    mistake.check(mistake.launch(directory));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: &a [*a]", // contains itself
        "a: &a {b: *a}",
        "tasks: &t [{sequence: *t}]",
        "tasks: [a\tb: c\n\t- d]", // tabs
        "tasks: {",
        "tasks: !!javax.script.ScriptEngineManager [x]",
        "? [a]\n: b", // a key that is not text
        "tasks: \"\\0\"",
        "- 1",
        "1",
        "",
        "tasks: 999999999999999999999999",
        "tasks: [{transfer: {from: {csv: \"in\\0.csv\"}, to: {csv: out.csv}}}]",
        "tasks: [{transfer: {from: {csv: in.csv}, to: {csv: \"out\\0.csv\"}}}]",
        "tasks: [{transfer: {from: {csv: in.csv}, to: {csv: out.csv}, mapping: \"m\\0\"}}]",
        "tasks: [{transfer: {from: {csv: in.csv}, to: {csv: out.csv}, blockRows: 99999999999}}]",
        "tasks: [{transfer: {from: {csv: in.csv}, to: {csv: out.csv}, blockRows: 0}}]",
        "tasks: [{transfer: {from: {csv: in.csv, encoding: nonsense}, to: {csv: out.csv}}}]",
        "tasks: [{transfer: {from: {csv: in.csv, encoding: '-?-'}, to: {csv: out.csv}}}]",
        "tasks: [{transfer: {from: {csv: in.csv}, to: {csv: out.csv}, mapping: {function:"
            + " com.x.No}}}]",
        "tasks: [{transfer: {from: {csv: in.csv}, to: {csv: out.csv}, mapping: {function:"
            + " 'a/b\\c'}}}]",
      })
  void plans(String text) throws IOException {
    refuses(launch("transfer", "--plan=" + file("plan.yaml", text), "--dryRun"));
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 100_000})
  void nestingAndAliasesWithoutEnd(int depth) throws IOException {
    refuses(
        launch(
            "transfer",
            "--plan=" + file("deep.yaml", "tasks: " + "[".repeat(depth) + "]".repeat(depth))));
    StringBuilder laughs = new StringBuilder("a0: &a0 [ha]\n");
    for (int i = 1; i < Math.min(depth, 25); i++) {
      laughs.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    laughs.append("tasks: *a24\n");
    refuses(launch("transfer", "--plan=" + file("laughs.yaml", laughs.toString())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "function: com.example.Missing",
        "function: java.lang.String",
        "function: \"\\0\"",
        "columns: [{name: a, from: nowhere}]",
        "columns: [{name: a, from: a, type: date, format: 'bbb['}]",
        "columns: [{name: a, from: a, type: double, format: '0.0.0', locale: '???'}]",
        "columns: [{name: a, template: '{a'}]",
        "columns: [{name: a, constant: x, type: bigint}]",
        "filter: ['a >>> 1']",
        "filter: &f [*f]",
        "columns: &c {name: *c}",
      })
  void mappings(String text) throws IOException {
    refuses(
        launch(
            "transfer",
            "--from=csv:" + directory.resolve("in.csv"),
            "--to=csv:" + directory.resolve("out.csv"),
            "--mapping=" + file("mapping.yaml", text)));
    assertThat(directory.resolve("out.csv")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc", "inputJdbc"})
  void passwordFilesNeedTheirUser(String prefix) throws IOException {
    Launched launched =
        launch(
            "transfer",
            "--from=jdbc:people",
            "--to=csv:" + directory.resolve("out.csv"),
            "--%sUrl=jdbc:postgresql://h/d".formatted(prefix),
            "--%sPasswordFile=%s".formatted(prefix, file("password", "secret")));
    refuses(launched);
    assertThat(launched.err())
        .anyMatch(line -> line.contains("--%1$sPasswordFile needs --%1$sUser".formatted(prefix)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "movie-ratings --input=DIR/a\0b --output=DIR/out",
        "movie-ratings --input=DIR/in.csv --output=DIR/a\0b",
        "movie-ratings --input=DIR/in.csv --output=DIR/out --badRecords=DIR/a\0b",
        "movie-ratings --input=DIR/in.csv --output=DIR/out --summary=DIR/a\0b",
        "movie-ratings --input=DIR/in.csv --output=DIR",
        "load-edges --input=DIR/in.csv --jdbcUser=x --jdbcPasswordFile=DIR/a\0b",
        "load-edges --input=DIR/in.csv --jdbcUser=x --jdbcPasswordFile=DIR"
            + " --jdbcUrl=jdbc:postgresql://h/d",
        "load-edges --input=DIR/in.csv --tableSize=99999999999999999999",
        "rating-batches --jdbcUrl=jdbc:postgresql://h/d --batchRows=1e9",
        "taxi-trips --input=DIR/in.csv --zones=DIR/a\0b",
        "donors-choose --input=DIR/a\0b --output=DIR/out",
        "transfer --from=csv:DIR/a\0b --to=csv:DIR/out",
        "transfer --from=csv:DIR/in.csv --to=csv:DIR/a\0b",
        "transfer --from=csv:DIR/in.csv --to=csv:DIR/out --encoding=nonsense",
        "transfer --from=csv:DIR/in.csv --to=csv:DIR/out --mapping=DIR",
        "transfer --plan=DIR",
        "transfer --plan=DIR/a\0b",
        "transfer --plan=DIR/missing",
        "movie-ratings @DIR",
        "movie-ratings @DIR/a\0b",
        "movie-ratings @DIR/missing",
        "servers --directory=DIR/a\0b",
        "movie-ratings --input=DIR/in.csv --output=DIR/out --bulkLoadMode",
        "donors-choose --projects=DIR/in.csv --donations=DIR/in.csv --resources=DIR/in.csv"
            + " --output=DIR/out --bulkLoadMode",
      })
  void arguments(String command) {
    refuses(launch(command.replace("DIR", directory.toString()).split(" ")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"transfer --plan=", "movie-ratings @"})
  void filesThatAreNotUtf8(String command) throws IOException {
    Path file =
        Files.write(directory.resolve("latin"), "--a=ü".getBytes(StandardCharsets.ISO_8859_1));
    Launched launched = launch((command + file).split(" "));
    refuses(launched);
    assertThat(launched.err().get(0)).contains("is not UTF-8");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static Launched launch(String... args) {
    return Launched.with(Main.COMMANDS, args);
  }

  private static void refuses(Launched launched) {
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err())
        .as("%s", launched)
        .hasSizeBetween(1, 5)
        .noneMatch(line -> line.contains("Exception:") || line.startsWith("\tat "))
        .allMatch(line -> line.length() < 1_000);
  }
}
