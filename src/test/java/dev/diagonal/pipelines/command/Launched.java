package dev.diagonal.pipelines.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.ErrorLines;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/**
 * What a launch in this JVM came to: its exit code, and the lines on either output.
 *
 * @param exitCode how it ended
 * @param out the lines on the standard output
 * @param err the lines on the standard error, without those that report progress
 */
public record Launched(ExitCode exitCode, List<String> out, List<String> err) {

  /** Launches one of these commands. */
  public static Launched with(List<Command> commands, String... args) {
    return with(commands, Optional.empty(), args);
  }

  /** Launches one of these commands, or the demo. */
  public static synchronized Launched with(
      List<Command> commands, Optional<Command> demo, String... args) {
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
    try {
      ExitCode exitCode = new Launcher(commands, demo).launch(List.of(args));
      return new Launched(exitCode, linesOf(out), ErrorLines.of(linesOf(err)));
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
    }
  }

  /** Asserts that a launch was successful, and shows its output if not. */
  public static void assertDone(Launched launched) {
    assertThat(launched.exitCode).as("%s", launched).isEqualTo(ExitCode.DONE);
  }

  private static List<String> linesOf(ByteArrayOutputStream bytes) {
    return bytes.toString(UTF_8).lines().toList();
  }
}
