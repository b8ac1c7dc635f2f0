package dev.diagonal.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.PATH;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bin/diagonal}, as its users start it. */
final class LauncherScriptIT {

  private static final Path SCRIPT = Path.of("bin/diagonal").toAbsolutePath();
  private static final String JAVA_HOME = System.getProperty("java.home");

  private final Path directory;

  LauncherScriptIT(@TempDir Path directory) {
    this.directory = directory;
  }

  private record Ended(int exitCode, String text) {}

  private Ended run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("JAVA"));
    builder.environment().putAll(environment);
    return new Ended(builder.start().waitFor(), Files.readString(output, UTF_8));
  }

  @Test
  void runsCommandFromAnyDirectoryThroughLink() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), SCRIPT);
    Path second = Files.createSymbolicLink(directory.resolve("diagonal"), link.getFileName());
    Files.writeString(directory.resolve("in.csv"), "id,name\n1,one\n2,two\n");
    Ended ended =
        run(
            Map.of("JAVA_HOME", JAVA_HOME, "JAVA_OPTS", "-Xmx300m -Xlog:gc:file=gc.log"),
            second.toString(),
            "transfer",
            "--from",
            "csv:in.csv",
            "--to",
            "jsonl:out.jsonl");
    assertThat(ended.exitCode()).as(ended.text()).isZero();
    assertThat(directory.resolve("out.jsonl"))
        .hasContent("{\"id\":1,\"name\":\"one\"}\n{\"id\":2,\"name\":\"two\"}");
    assertThat(directory.resolve("gc.log")).isNotEmptyFile();
  }

  @Test
  void passesTheExitCodeOn() throws Exception {
    Ended ended = run(Map.of("JAVA_HOME", JAVA_HOME), SCRIPT.toString(), "load-edge");
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.text())
        .isEqualToIgnoringNewLines(
            "unknown command 'load-edge'; did you mean 'load-edges'?\ndiagonal help lists the commands\n");
  }

  @Test
  void printsTheVersionOfTheBuild() throws Exception {
    Ended ended = run(Map.of("JAVA_HOME", JAVA_HOME), SCRIPT.toString(), "--version");
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.text()).matches("(?s)Diagonal \\d+\\.\\d+\\.\\d+.*\nBeam .*");
  }

  @Test
  void printsUtf8WhereTheLocaleIsAscii() throws Exception {
    Files.writeString(directory.resolve("in.csv"), "id,name\n1,Jos\u00e9\n2,Zo\u00eb,\n");
    Map<String, String> posix =
        Map.of("JAVA_HOME", JAVA_HOME, "LC_ALL", "POSIX", "JAVA_OPTS", "-Xmx300m");
    Ended ended =
        run(
            posix,
            SCRIPT.toString(),
            "transfer",
            "--from=csv:in.csv",
            "--to=csv:out.csv",
            "--dryRun");
    assertThat(ended.text()).contains("1   Jos\u00e9").contains("the line is: 2,Zo\u00eb,");
  }

  @Test
  void namesMissingOrOutdatedJava() throws Exception {
    assertThat(run(Map.of("JAVA_HOME", "/nowhere"), SCRIPT.toString(), "help"))
        .isEqualTo(new Ended(2, "diagonal: JAVA_HOME is /nowhere, which has no bin/java\n"));
    assertThat(run(Map.of("PATH", toolsWithoutJava()), SCRIPT.toString(), "help"))
        .isEqualTo(
            new Ended(2, "diagonal: no Java found: install Java 17 or newer, or set JAVA_HOME\n"));
    Path old = Files.createDirectories(directory.resolve("java 8/bin")).resolve("java");
    Files.writeString(old, "#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n");
    assertThat(old.toFile().setExecutable(true)).isTrue();
    Path home = directory.resolve("java 8");
    assertThat(run(Map.of("JAVA_HOME", home.toString()), SCRIPT.toString(), "help"))
        .isEqualTo(
            new Ended(2, "diagonal: Java 17 or newer is needed, " + old + " is version 1\n"));
  }

  @Test
  void recordsWithJfrDespiteTheArchive() throws Exception {
    Files.writeString(directory.resolve("in.csv"), "id,name\n1,one\n2,two\n");
    Ended ended =
        run(
            Map.of(
                "JAVA_HOME",
                JAVA_HOME,
                "JAVA_OPTS",
                "-Xmx300m -XX:StartFlightRecording=filename=run.jfr"),
            SCRIPT.toString(),
            "transfer",
            "--from=csv:in.csv",
            "--to=jsonl:out.jsonl");
    assertThat(ended.exitCode()).as(ended.text()).isZero();
    assertThat(directory.resolve("out.jsonl")).isNotEmptyFile();
    assertThat(directory.resolve("run.jfr")).isNotEmptyFile();
  }

  @ParameterizedTest
  @CsvSource({
    "JAVA_OPTS, -Xmx1g -XX:StartFlightRecording",
    "JAVA_TOOL_OPTIONS, -javaagent:agent.jar=port",
    "JDK_JAVA_OPTIONS, -Xmx1g\t-agentlib:jdwp=suspend=n",
    "JAVA_OPTS, -agentpath:/opt/profiler.so",
    "JAVA_OPTS, @agent.args",
    "JAVA_OPTS, -Xshare:off"
  })
  void agentsRunWithoutArchive(String variable, String options) throws Exception {
    Distribution distribution = distribution("mkdir made; exit 1");
    Ended ended = distribution.start(Map.of(variable, options));
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.text()).contains("started ").contains("-Xshare:off").doesNotContain("jsa");
    assertThat(directory.resolve("made")).doesNotExist();
  }

  @Test
  void keepsTheArchiveOfTheFirstStart() throws Exception {
    Distribution distribution = distribution("echo classes > \"$archive\"");
    assertThat(distribution.start(Map.of()).text())
        .startsWith("diagonal: preparing faster starts, once\nstarted ")
        .doesNotContain("-Xshare:off");
    assertThat(distribution.archives()).hasSize(1).first(PATH).hasContent("classes");
    assertThat(distribution.start(Map.of("JAVA_OPTS", "-Dname=-javaagent:")).text())
        .startsWith("started ")
        .contains("-XX:SharedArchiveFile=" + distribution.archives().get(0));
  }

  @ParameterizedTest
  @CsvSource({"echo half > \"$archive\"; echo a job failed; exit 1, 1", "echo none, 0"})
  void reportsArchiveThatWasNotMade(String training, int status) throws Exception {
    Distribution distribution = distribution(training);
    Ended ended = distribution.start(Map.of());
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.text())
        .containsPattern(
            "(a job failed|none)\ndiagonal: no classes were archived, java ended with "
                + status
                + ": starts take a second longer\ndiagonal: JAVA_OPTS=-Xshare:off starts .*\nstarted ");
    assertThat(distribution.archives()).isEmpty();
  }

  /** What users unpack, with a Java that prints its arguments. */
  private final class Distribution {

    private final Path home = directory.resolve("unpacked");

    Ended start(Map<String, String> environment) throws Exception {
      Map<String, String> variables = new HashMap<>(environment);
      variables.put("JAVA_HOME", directory.resolve("java").toString());
      return run(variables, home.resolve("bin/diagonal").toString(), "help");
    }

    List<Path> archives() throws IOException {
      try (Stream<Path> files = Files.list(home)) {
        return files.filter(file -> file.getFileName().toString().contains(".jsa")).toList();
      }
    }
  }

  /** Returns a distribution whose Java does this to archive classes. */
  private Distribution distribution(String training) throws IOException {
    Distribution distribution = new Distribution();
    Files.createDirectories(distribution.home.resolve("bin"));
    Files.copy(SCRIPT, distribution.home.resolve("bin/diagonal"));
    Files.createFile(distribution.home.resolve("diagonal.jar"));
    Path java = Files.createDirectories(directory.resolve("java/bin")).resolve("java");
    Files.writeString(
        java,
        """
        #!/bin/sh
        case "$*" in
          -version) echo 'openjdk version "17.0.1"' >&2 ;;
          *ClassTraining)
            archive=${1#-XX:ArchiveClassesAtExit=}
            %s ;;
          *) echo "started $*" ;;
        esac
        """
            .formatted(training));
    assertThat(java.toFile().setExecutable(true)).isTrue();
    return distribution;
  }

  /** A directory with the tools of the script and no Java. */
  private String toolsWithoutJava() throws IOException {
    Path tools = Files.createDirectory(directory.resolve("tools"));
    for (String tool : List.of("sh", "dirname", "readlink", "sed", "head")) {
      Path found =
          Stream.of("/usr/bin", "/bin")
              .map(each -> Path.of(each, tool))
              .filter(Files::exists)
              .findFirst()
              .orElseThrow();
      Files.createSymbolicLink(tools.resolve(tool), found);
    }
    return tools.toString();
  }
}
