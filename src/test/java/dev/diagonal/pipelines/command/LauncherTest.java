package dev.diagonal.pipelines.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.usage.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.util.ReleaseInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LauncherTest {

  private static final String LAUNCHED_BY_MAVEN = "diagonal.launchedByMaven";
  private static final List<String> COMMANDS =
      List.of(
          "usage: diagonal <command> [@file …] [--option=value …]",
          "",
          "  first              does the first thing",
          "  second             does the second thing",
          "",
          "  help <command>     lists the options of a command, with examples",
          "  --version          prints the versions of Diagonal, Beam, Flink and Java",
          "  completion         prints a script that completes words in bash and zsh",
          "",
          "exit codes: 0 done, 1 failed, 2 wrong usage");

  private final Path directory;

  LauncherTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void forgetMaven() {
    System.clearProperty(LAUNCHED_BY_MAVEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"help", "--help", "-h"})
  void helpListsTheCommands(String help) {
    assertThat(launch(help)).isEqualTo(new Launched(ExitCode.DONE, COMMANDS, List.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "help"})
  @EnabledOnOs(OS.LINUX)
  void outputThatCannotBeWrittenFailsTheCommand(String command) throws IOException {
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (PrintStream full = new PrintStream(new FileOutputStream("/dev/full"), false, UTF_8)) {
      System.setOut(full);
      System.setErr(new PrintStream(err, true, UTF_8));
      Launcher launcher = new Launcher(List.of(does("first", ExitCode.DONE)), Optional.empty());

      assertThat(launcher.launch(List.of(command))).isEqualTo(ExitCode.FAILED);
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
    }
    assertThat(err)
        .asString()
        .startsWith("failed: the standard output could not be written completely");
  }

  @Test
  void listWithoutArgumentsNamesTheDemo() {
    Launched launched = launch();
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.out()).isEmpty();
    assertThat(launched.err())
        .startsWith(COMMANDS.toArray(String[]::new))
        .endsWith(
            "", "The demo, with embedded servers, needs the sources: mvn -q compile exec:java");
  }

  @Test
  void withoutArgumentsUnderMavenTheDemoRuns() {
    System.setProperty(LAUNCHED_BY_MAVEN, "true");
    Launched launched = Launched.with(List.of(), Optional.of(does("demo", ExitCode.DONE)));
    assertThat(launched).isEqualTo(new Launched(ExitCode.DONE, List.of("demo []"), List.of()));
  }

  @Test
  void demoDoesNotRunWithoutArgumentsOutsideMaven() {
    Launched launched = Launched.with(List.of(), Optional.of(does("demo", ExitCode.DONE)));
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"Second, second", "firts, first", "secnd, second"})
  void suggestsTheNearestCommand(String given, String meant) {
    assertThat(launch(given, "--help"))
        .isEqualTo(unknown("'" + given + "'; did you mean '" + meant + "'?"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"third", "help third"})
  void listsTheCommandsIfNoneIsNear(String args) {
    assertThat(launch(args.split(" ", -1))).isEqualTo(unknown("'third'; known are first, second"));
  }

  private static Launched unknown(String command) {
    return new Launched(
        ExitCode.WRONG_USAGE,
        List.of(),
        List.of("unknown command " + command, "diagonal help lists the commands"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "--version", "-V"})
  void printsTheVersionsOfWhatRuns(String version) {
    Launched launched = launch(version);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out())
        .hasSize(4)
        .contains("Beam     " + ReleaseInfo.getReleaseInfo().getVersion(), "Flink    1.19.0")
        .anyMatch(line -> line.startsWith("Java     " + System.getProperty("java.version")));
  }

  @Test
  void completionScriptKnowsCommandsAndOptions() {
    Launched launched = launch("completion");
    assertThat(launched.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).first().asString().startsWith("#!");
    assertThat(String.join("\n", launched.out()))
        .contains("first second")
        .contains("--things")
        .contains("complete -F");
  }

  @Test
  void aCommandGetsItsArgumentsWithFilesExpanded() throws IOException {
    Path file = Files.writeString(directory.resolve("some.args"), "--b=2\n--c=3\n");
    assertThat(launch("first", "--a=1", "@" + file, "--d=4").out())
        .containsExactly("first [--a=1, --b=2, --c=3, --d=4]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"DONE", "FAILED", "WRONG_USAGE"})
  void theExitCodeIsTheCommands(ExitCode exitCode) {
    assertThat(Launched.with(List.of(does("first", exitCode)), "first").exitCode())
        .isEqualTo(exitCode);
  }

  @Test
  void exitCodesAreZeroOneAndTwo() {
    assertThat(ExitCode.DONE.status()).isEqualTo(0);
    assertThat(ExitCode.FAILED.status()).isEqualTo(1);
    assertThat(ExitCode.WRONG_USAGE.status()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"first --a=1 --help", "first --help=true", "first -h", "help first"})
  void helpOfACommandDoesNotRunIt(String args) {
    Launched launched = launch(args.split(" ", -1));
    assertThat(launched.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out())
        .startsWith("Usage: diagonal first [@FILE...] [OPTION...]", "does the first thing")
        .noneMatch(line -> line.startsWith("first ["));
    assertThat(launched.err()).isEmpty();
  }

  @Test
  void helpCountsInAFileToo() throws IOException {
    Path file = Files.writeString(directory.resolve("some.args"), "--help\n");
    assertThat(launch("first", "@" + file).out())
        .startsWith("Usage: diagonal first [@FILE...] [OPTION...]");
  }

  @Test
  void wrongUsagePrintsOneLineAndHint() {
    assertThat(launchThrowing(new UsageException("--coats takes a whole number, got 'two'")))
        .isEqualTo(
            new Launched(
                ExitCode.WRONG_USAGE,
                List.of(),
                List.of(
                    "first: --coats takes a whole number, got 'two'",
                    "first --help lists the options")));
  }

  @Test
  void expectedFailureHasHintWithoutStackTrace() {
    Launched launched = launchThrowing(new OutOfMemoryError("Java heap space"));
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.out()).isEmpty();
    assertThat(launched.err()).hasSize(2);
    assertThat(launched.err().get(0)).isEqualTo("first: failed: memory ran out: Java heap space");
    assertThat(launched.err().get(1)).startsWith("hint: this JVM has a heap of at most ");
  }

  @Test
  void errorFailsWithStackTrace() {
    Launched launched = launchThrowing(new NoClassDefFoundError("some/Class"));
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err().get(0)).isEqualTo("first: failed: NoClassDefFoundError: some/Class");
    assertThat(launched.err()).anyMatch(line -> line.startsWith("\tat dev.diagonal."));
  }

  private static Launched launch(String... args) {
    return Launched.with(
        List.of(does("first", ExitCode.DONE), does("second", ExitCode.DONE)), args);
  }

  private static Launched launchThrowing(Throwable thrown) {
    return Launched.with(
        List.of(
            new Scripted(
                "first",
                args -> {
                  if (thrown instanceof Error error) {
                    throw error;
                  }
                  throw (Exception) thrown;
                })),
        "first");
  }

  private static Command does(String name, ExitCode exitCode) {
    return new Scripted(
        name,
        args -> {
          System.out.println(name + " " + args);
          return exitCode;
        });
  }

  private interface Script {
    ExitCode run(List<String> args) throws Exception;
  }

  private record Scripted(String name, Script script) implements Command {
    @Override
    public String summary() {
      return "does the " + name + " thing";
    }

    @Override
    public Class<?> options() {
      return ColourOptions.class;
    }

    @Override
    public ExitCode run(List<String> args) throws Exception {
      return script.run(args);
    }
  }
}
