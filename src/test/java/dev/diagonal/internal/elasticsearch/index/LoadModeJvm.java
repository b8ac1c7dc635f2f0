package dev.diagonal.internal.elasticsearch.index;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A JVM that puts an index into load mode and stays until it is killed. */
final class LoadModeJvm implements AutoCloseable {

  private final Process process;

  private LoadModeJvm(Process process) {
    this.process = process;
  }

  /** Returns when the index is in load mode. */
  static LoadModeJvm start(ElasticsearchTarget target) throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    LoadModeJvm.class.getName(),
                    target.urls().get(0),
                    target.index()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String line = process.inputReader().readLine();
    if (!"begun".equals(line)) {
      process.destroyForcibly();
      throw new IOException("the JVM said " + line);
    }
    return new LoadModeJvm(process);
  }

  public static void main(String[] args) throws Exception {
    LoadMode unused = LoadMode.begin(ElasticsearchTarget.at(args[0], args[1]));
    System.out.println("begun");
    System.out.flush();
    new java.util.concurrent.CountDownLatch(1).await();
  }

  /** Kills it as {@code kill -9} does. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
