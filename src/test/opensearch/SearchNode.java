import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.opensearch.common.settings.Settings;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.ingest.AbstractProcessor;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.Processor;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.node.NodeValidationException;
import org.opensearch.plugins.IngestPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;

/**
 * An OpenSearch of one node that runs until its standard input ends, which is when its parent
 * process ends. Run it from its source with OpenSearch's class path. Arguments: its directory, and
 * the HTTP port or 0 for any. Its first line of output is the port.
 */
final class SearchNode extends Node {

  private static final String NAME = "diagonal-0";

  private SearchNode(Path directory, String port) {
    super(
        InternalSettingsPreparer.prepareEnvironment(
            Settings.builder()
                .put("path.home", directory.toString())
                .put("cluster.name", "diagonal")
                .put("node.name", NAME)
                .put("discovery.type", "single-node")
                .put("network.host", "127.0.0.1")
                .put("http.type", Netty4Plugin.NETTY_HTTP_TRANSPORT_NAME)
                .put("http.port", port)
                .put("transport.type", Netty4Plugin.NETTY_TRANSPORT_NAME)
                .put("transport.port", "0")
                .put("cluster.routing.allocation.disk.threshold_enabled", false)
                .build(),
            Map.of(),
            directory.resolve("config"),
            () -> NAME),
        List.of(Netty4Plugin.class, Processors.class),
        false);
  }

  public static void main(String[] args) throws NodeValidationException {
    PrintStream parent = System.out;
    System.setOut(System.err);
    Thread watch = new Thread(SearchNode::endWithParent, "parent watch");
    watch.start();
    Node node = new SearchNode(Path.of(args[0]), args[1]).start();
    parent.println(
        node.injector()
            .getInstance(HttpServerTransport.class)
            .boundAddress()
            .publishAddress()
            .getPort());
    parent.flush();
  }

  /** Processors for ingest pipelines: one sets the field {@code stamp}, one drops odd {@code n}. */
  public static final class Processors extends Plugin implements IngestPlugin {
    @Override
    public Map<String, Processor.Factory> getProcessors(Processor.Parameters parameters) {
      return Map.of(
          "stamp",
          processor(
              "stamp",
              document -> {
                document.setFieldValue("stamp", "stamped");
                return document;
              }),
          "drop_odd",
          processor(
              "drop_odd",
              document ->
                  document.getFieldValue("n", Number.class).intValue() % 2 == 0 ? document : null));
    }

    private static Processor.Factory processor(String type, UnaryOperator<IngestDocument> action) {
      return (factories, tag, description, configuration) ->
          new AbstractProcessor(tag, description) {
            @Override
            public IngestDocument execute(IngestDocument document) {
              return action.apply(document);
            }

            @Override
            public String getType() {
              return type;
            }
          };
    }
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // The parent writes nothing.
      }
    } catch (IOException e) {
      // The pipe is broken, so the parent has ended.
    }
    Runtime.getRuntime().halt(0);
  }
}
