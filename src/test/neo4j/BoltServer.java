import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.harness.Neo4j;
import org.neo4j.harness.Neo4jBuilders;

/**
 * A Neo4j that lives as long as its standard input: so it goes when its parent goes, however that
 * went. Run from its source, with Neo4j's class path; its argument is a directory. Its first line
 * is the port of Bolt. To each line of its input it answers with how many deadlocks Neo4j has
 * detected since the line before: Neo4j itself neither logs nor counts them.
 */
final class BoltServer {

  private BoltServer() {}

  public static void main(String[] args) throws IOException {
    PrintStream parent = System.out;
    System.setOut(System.err);
    Neo4j server =
        Neo4jBuilders.newInProcessBuilder(Path.of(args[0]))
            .withDisabledServer()
            .withConfig(GraphDatabaseSettings.pagecache_memory, 64L << 20)
            .build();
    parent.println(server.boltURI().getPort());
    parent.flush();
    Thread watch = new Thread(() -> answerToTheEnd(Path.of(args[0]), parent), "parent watch");
    watch.setDaemon(true);
    watch.start();
  }

  /** Nothing in it is worth an orderly end: its directory is deleted. */
  private static void answerToTheEnd(Path directory, PrintStream parent) {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      Recording recording = exceptions();
      while (lines.readLine() != null) {
        recording.stop();
        parent.println(deadlocks(recording, directory.resolve("exceptions.jfr")));
        parent.flush();
        recording.close();
        recording = exceptions();
      }
    } catch (IOException e) {
      e.printStackTrace();
    }
    Runtime.getRuntime().halt(0);
  }

  /** Records each exception that is created. */
  private static Recording exceptions() {
    Recording recording = new Recording();
    recording.enable("jdk.JavaExceptionThrow").withoutStackTrace();
    recording.start();
    return recording;
  }

  private static long deadlocks(Recording recording, Path file) throws IOException {
    recording.dump(file);
    long deadlocks = 0;
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getClass("thrownClass").getName().endsWith(".DeadlockDetectedException")) {
        deadlocks++;
      }
    }
    Files.delete(file);
    return deadlocks;
  }
}
