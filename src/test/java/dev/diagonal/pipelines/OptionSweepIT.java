package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.ChildJvm;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ten options of the sweep, chosen at even distances, as processes of the bundled jar. */
final class OptionSweepIT {

  private static final int PROCESSES = 10;
  private static final int QUICK = 2;

  private final Path directory;

  OptionSweepIT(@TempDir Path directory) {
    this.directory = directory;
  }

  /** Options that are a number, true or false, or one of a list: those have wrong values. */
  private static List<Arguments> chosen() {
    List<Arguments> all = OptionSweepTest.options().filter(OptionSweepIT::hasWrongValues).toList();
    return IntStream.range(0, PROCESSES)
        .mapToObj(i -> all.get(i * all.size() / PROCESSES))
        .toList();
  }

  private static boolean hasWrongValues(Arguments option) {
    Class<?> type = ((Method) option.get()[2]).getReturnType();
    return type.isEnum() || type == int.class || type == boolean.class;
  }

  static Stream<Arguments> quick() {
    return chosen().stream().limit(QUICK);
  }

  static Stream<Arguments> others() {
    return chosen().stream().skip(QUICK);
  }

  @ParameterizedTest(name = "{0} --{1}")
  @MethodSource("quick")
  void valuesAreTakenOrRefused(String command, String option, Method getter) throws IOException {
    check(command, option, getter);
  }

  @Tag("large")
  @ParameterizedTest(name = "{0} --{1}")
  @MethodSource("others")
  void valuesOfOtherOptionsAreTakenOrRefused(String command, String option, Method getter)
      throws IOException {
    check(command, option, getter);
  }

  private void check(String command, String option, Method getter) throws IOException {
    Class<?> type = getter.getReturnType();
    String valid =
        type.isEnum() ? "" + type.getEnumConstants()[0] : type == boolean.class ? "true" : "7";
    ChildJvm taken = run(command, option, valid);
    assertThat(taken.status()).as("%s", taken).isIn(0, 2);
    assertThat(taken.err()).as("%s", taken).noneMatch(line -> line.startsWith("\tat "));
    assertThat(taken.err())
        .as("%s", taken)
        .noneMatch(line -> line.contains("--" + option + " takes"));
    ChildJvm refused = run(command, option, "no-such");
    assertThat(refused.status()).as("%s", refused).isEqualTo(2);
    assertThat(refused.err()).anyMatch(line -> line.contains("--" + option + " takes "));
  }

  private ChildJvm run(String command, String option, String value) throws IOException {
    List<String> args = new OptionSweepTest(directory).arguments(command, option, value);
    return ChildJvm.bundledJar(
        List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"), String.join(" ", args));
  }
}
