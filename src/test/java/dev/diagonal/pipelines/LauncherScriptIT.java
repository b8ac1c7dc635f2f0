package dev.diagonal.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
