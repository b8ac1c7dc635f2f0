import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.harness.Neo4j;
import org.neo4j.harness.Neo4jBuilders;

/**
 * A Neo4j that lives as long as its standard input: so it goes when its parent goes, however that
 * went. Run from its source, with Neo4j's class path; its argument is a directory. Its first line
 * is the port of Bolt.
 */
final class BoltServer {

  private BoltServer() {}

  public static void main(String[] args) throws IOException {
    PrintStream parent = System.out;
    System.setOut(System.err);
    Thread watch = new Thread(BoltServer::endWithParent, "parent watch");
    watch.setDaemon(true);
    watch.start();
    Neo4j server =
        Neo4jBuilders.newInProcessBuilder(Path.of(args[0]))
            .withDisabledServer()
            .withConfig(GraphDatabaseSettings.pagecache_memory, 64L << 20)
            .build();
    parent.println(server.boltURI().getPort());
    parent.flush();
  }

  /** Nothing in it is worth an orderly end: its directory is deleted. */
  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is said to it.
      }
    } catch (IOException e) {
      // The parent is gone all the more.
    }
    Runtime.getRuntime().halt(0);
  }
}
