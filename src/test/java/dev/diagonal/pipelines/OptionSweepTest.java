package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every option of every command, set to values that fit its type and to some that do not. */
final class OptionSweepTest {

  private static final List<String> NUMBERS = List.of("1", "0", "-1", "7", "2147483647");
  private static final List<String> NOT_NUMBERS = List.of("", "x", "1.5", "1e3", "1,000", "0x10");
  private static final List<String> TEXTS =
      List.of("x", "1", "a b", ",", "tab", "é", "%s", "../x", "/nowhere/at/all", "{x}", "jdbc:x:y");

  private final Path directory;

  OptionSweepTest(@TempDir Path directory) {
    this.directory = directory;
  }

  static Stream<Arguments> options() {
    return Main.COMMANDS.stream()
        .filter(command -> !command.name().equals("servers"))
        .flatMap(
            command ->
                Arrays.stream(command.options().getMethods())
                    .filter(method -> method.getName().matches("(get|is)[A-Z].*"))
                    .filter(
                        method -> method.getDeclaringClass().getName().startsWith("dev.diagonal."))
                    .filter(
                        method ->
                            !Set.of("getDryRun", "getCheck")
                                .contains(method.getName())) // need servers
                    .map(method -> Arguments.of(command.name(), nameOf(method), method)));
  }

  private static String nameOf(Method getter) {
    String name = getter.getName().replaceFirst("^(get|is)", "");
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }

  @ParameterizedTest(name = "{0} --{1}")
  @MethodSource("options")
  void acceptsValueOrRefusesItInOneLine(String command, String option, Method getter)
      throws IOException {
    Class<?> type = getter.getReturnType();
    if (type == int.class || type == long.class) {
      NUMBERS.forEach(value -> accepted(run(command, option, value)));
      NOT_NUMBERS.forEach(value -> refused(option, run(command, option, value)));
    } else if (type == boolean.class) {
      List.of("true", "false").forEach(value -> accepted(run(command, option, value)));
      List.of("", "yes", "TRUE", "1")
          .forEach(value -> refused(option, run(command, option, value)));
    } else if (type.isEnum()) {
      Arrays.stream(type.getEnumConstants())
          .forEach(value -> accepted(run(command, option, value.toString())));
      List.of("", "no-such").forEach(value -> refused(option, run(command, option, value)));
    } else {
      TEXTS.forEach(value -> accepted(run(command, option, value)));
      refused(option, run(command, option, ""));
    }
  }

  /** A value of the right type may still be refused, or fail, but in plain words. */
  private static void accepted(Launched launched) {
    assertThat(launched.err()).as("%s", launched).noneMatch(line -> line.startsWith("\tat "));
    assertThat(launched.err()).as("%s", launched).hasSizeLessThan(8);
  }

  private static void refused(String option, Launched launched) {
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err())
        .as("%s", launched)
        .anyMatch(line -> line.contains("--" + option + " takes "));
  }

  /** Returns the arguments of a check with one option set. */
  List<String> arguments(String command, String option, String value) throws IOException {
    List<String> args = new ArrayList<>(List.of(command));
    base(command).forEach((name, given) -> args.add("--" + name + "=" + given));
    args.add("--" + option + "=" + value);
    args.add("--check");
    return args;
  }

  private Launched run(String command, String option, String value) {
    try {
      return Launched.with(Main.COMMANDS, arguments(command, option, value).toArray(String[]::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Options with which the command says what it would do, without any server. */
  private Map<String, String> base(String command) throws IOException {
    String database = "jdbc:postgresql://127.0.0.1:1/none?connectTimeout=1";
    return switch (command) {
      case "movie-ratings" ->
          Map.of(
              "input", file("r.csv", "userId,movieId,rating,timestamp\n1,2,3.5,4\n"),
              "output", directory.resolve("o.csv").toString());
      case "rating-batches" -> Map.of("jdbcUrl", database);
      case "load-edges" -> Map.of("input", file("e.csv", "s,t\n1,2\n"), "jdbcUrl", database);
      case "taxi-trips" ->
          Map.of("input", file("t.csv", "PULocationID,DOLocationID\n1,2\n"), "jdbcUrl", database);
      case "donors-choose" ->
          Map.of(
              "projects", file("p.csv", ""),
              "donations", file("d.csv", ""),
              "resources", file("s.csv", ""),
              "output", directory.resolve("out").toString());
      default ->
          Map.of(
              "from", "csv:" + file("i.csv", "a,b\n1,2\n"),
              "to", "csv:" + directory.resolve("o.csv"));
    };
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }
}
