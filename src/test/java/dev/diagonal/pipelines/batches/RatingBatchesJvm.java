package dev.diagonal.pipelines.batches;

import dev.diagonal.pipelines.Main;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.PgPass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM of its own that runs {@code rating-batches}, and may be stopped or killed in the middle.
 *
 * @param process the JVM
 * @param output where both its outputs go
 */
record RatingBatchesJvm(Process process, Path output) implements AutoCloseable {

  /** Starts one with these options; its output goes to a file in the directory. */
  static RatingBatchesJvm start(Path directory, List<String> options) throws IOException {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java(), "-Xmx512m"));
    for (String opened : List.of("lang", "util", "util.concurrent", "nio", "time")) {
      command.add("--add-opens=java.base/java." + opened + "=ALL-UNNAMED");
    }
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(Main.class.getName(), "rating-batches"));
    command.addAll(options);
    Path output = Files.createTempFile(directory, "jvm", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(PgPass.environment());
    return new RatingBatchesJvm(builder.start(), output);
  }

  /** Kills it with signal 9 and returns when it is gone. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /**
   * Stops it where it is, as a machine does that swaps or sleeps; {@link #resume} lets it go on.
   */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  void resume() throws IOException, InterruptedException {
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
