package dev.diagonal.testing;

import dev.diagonal.pipelines.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM of its own that runs a command, and may be stopped or killed in the middle.
 *
 * @param process the JVM
 * @param output where both its outputs go
 */
public record CommandJvm(Process process, Path output) implements AutoCloseable {

  /** Starts one with the command and its options; its output goes to a file in the directory. */
  public static CommandJvm start(Path directory, List<String> args) throws IOException {
    return start(directory, List.of(), args);
  }

  /** Starts one with further options of the JVM. */
  public static CommandJvm start(Path directory, List<String> jvmOptions, List<String> args)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java(), "-Xmx512m"));
    command.addAll(ChildJvm.opens());
    command.addAll(jvmOptions);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(args);
    Path output = Files.createTempFile(directory, "jvm", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(PgPass.environment());
    return new CommandJvm(builder.start(), output);
  }

  /** Kills it with signal 9 and returns when it is gone. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  /**
   * Stops it where it is, as a machine does that swaps or sleeps; {@link #resume} lets it go on.
   */
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    if (status != 0) {
      throw new IOException("kill -" + name + " ended with " + status);
    }
  }

  /** Waits for its end and returns its status. */
  public int await() {
    return process.onExit().join().exitValue();
  }

  /** What it has said, for the message of a test that fails. */
  public String said() throws IOException {
    return Files.readString(output);
  }

  @Override
  public void close() {
    kill();
  }
}
