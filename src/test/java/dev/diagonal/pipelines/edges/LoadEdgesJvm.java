package dev.diagonal.pipelines.edges;

import dev.diagonal.pipelines.Main;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.PgPass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM of its own that runs {@code load-edges}, and may be killed in the middle.
 *
 * @param process the JVM
 * @param output where both its outputs go
 */
record LoadEdgesJvm(Process process, Path output) implements AutoCloseable {

  /** Starts one with these options; its output goes to a file in the directory. */
  static LoadEdgesJvm start(Path directory, List<String> options) throws IOException {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java(), "-Xmx512m"));
    command.addAll(ChildJvm.opens());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(Main.class.getName(), "load-edges"));
    command.addAll(options);
    Path output = Files.createTempFile(directory, "jvm", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(PgPass.environment());
    return new LoadEdgesJvm(builder.start(), output);
  }

  /** Kills it with signal 9 and returns when it is gone. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Waits for its end and returns its status. */
  int await() {
    return process.onExit().join().exitValue();
  }

  /** What it has said, for the message of a test that fails. */
  String said() throws IOException {
    return Files.readString(output);
  }

  @Override
  public void close() {
    kill();
  }
}
