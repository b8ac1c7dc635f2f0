package dev.diagonal.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import dev.diagonal.benchmarks.IndexLoad.Way;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.testing.Http;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;

/**
 * Measures {@code IndexDocuments} beside replaying ready-made bodies and beside {@code
 * ElasticsearchIO}, by turns in one JVM against one warm server, each into an index of its own, and
 * writes the table into {@code src/test/benchmarks/elasticsearch-sink.md} and {@code
 * docs/sinks.md}. After every run the index is counted.
 *
 * <p>Arguments: the number of rounds (3), and {@code documents=} (200,000).
 *
 * <p>Takes about ten minutes, and 2 GB of memory.
 */
public final class ElasticsearchSinkBenchmark {

  private static final Path RESULTS = Path.of("src", "test", "benchmarks", "elasticsearch-sink.md");
  private static final Path DOCS = Path.of("docs", "sinks.md");
  private static final String MARK = "<!-- elasticsearch sink benchmark -->";

  private final LocalElasticsearch server;
  private final Map<Way, List<Run>> runs = new EnumMap<>(Way.class);
  private final int documents;

  /** One run: documents a second, and CPU microseconds a document of this JVM and of the server. */
  private record Run(double perSecond, double clientMicros, double serverMicros) {
    double micros() {
      return clientMicros + serverMicros;
    }
  }

  private ElasticsearchSinkBenchmark(LocalElasticsearch server, int documents) {
    this.server = server;
    this.documents = documents;
  }

  public static void main(String[] args) throws Exception {
    int rounds = 3;
    int documents = 200_000;
    for (String argument : Arrays.asList(args)) {
      if (argument.startsWith("documents=")) {
        documents = Integer.parseInt(argument.substring("documents=".length()));
      } else {
        rounds = Integer.parseInt(argument);
      }
    }
    try (LocalElasticsearch server = LocalElasticsearch.start()) {
      ElasticsearchSinkBenchmark benchmark = new ElasticsearchSinkBenchmark(server, documents);
      benchmark.warmUp();
      for (int round = 0; round < rounds; round++) {
        for (Way way : Way.values()) {
          benchmark.measure(way, documents / way.fewer / 1_000 * 1_000);
        }
      }
      benchmark.report(rounds);
    }
    System.exit(0);
  }

  /** The server takes 60,000 documents to warm up, the pipelines some thousands each. */
  private void warmUp() throws Exception {
    Run unused = run(Way.REPLAY_2, 80_000);
    for (Way way : List.of(Way.OURS_DIRECT, Way.OURS_FLINK, Way.BEAM_DIRECT, Way.BEAM_FLINK)) {
      Run alsoUnused = run(way, 10_000);
    }
  }

  private void measure(Way way, int count) throws Exception {
    Run run = run(way, count);
    runs.computeIfAbsent(way, w -> new ArrayList<>()).add(run);
    System.out.printf(
        Locale.ROOT,
        "%-50s %,9d documents %,8.0f/s, CPU %,6.0f + %,6.0f us a document%n",
        way.words,
        count,
        run.perSecond(),
        run.clientMicros(),
        run.serverMicros());
  }

  private Run run(Way way, int count) throws Exception {
    String index = way.name().toLowerCase(Locale.ROOT).replace('_', '-');
    IndexTemplate.of(IndexLoad.MAPPING)
        .withSettings("{\"number_of_replicas\":0}")
        .createIfMissing(ElasticsearchTarget.at(server.url(), index));
    Callable<?> load = IndexLoad.prepare(way, server.url(), index, count);
    System.gc();
    double clientBefore = clientSeconds();
    double serverBefore = serverSeconds();
    long start = System.nanoTime();
    Object unused = load.call();
    double seconds = (System.nanoTime() - start) / 1e9;
    double client = clientSeconds() - clientBefore;
    double onServer = serverSeconds() - serverBefore;
    Http.send("POST", server.url() + "/" + index + "/_refresh", "");
    long indexed =
        new ObjectMapper()
            .readTree(Http.get(server.url() + "/" + index + "/_count"))
            .path("count")
            .asLong();
    if (indexed != count) {
      throw new IllegalStateException(way + " left " + indexed + " documents of " + count);
    }
    Http.send("DELETE", server.url() + "/" + index, "");
    return new Run(count / seconds, client / count * 1e6, onServer / count * 1e6);
  }

  private static double clientSeconds() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime()
        / 1e9;
  }

  private static double serverSeconds() {
    return ProcessHandle.current()
            .descendants()
            .mapToLong(p -> p.info().totalCpuDuration().orElse(Duration.ZERO).toMillis())
            .sum()
        / 1e3;
  }

  private double median(Way way, ToDoubleFunction<Run> figure) {
    List<Run> measured = runs.getOrDefault(way, List.of());
    return Median.of(measured.stream().map(figure::applyAsDouble).toList());
  }

  private void report(int rounds) throws IOException {
    StringBuilder table =
        new StringBuilder(
            "| way | documents | documents a second | CPU µs a document, client + server | Diagonal"
                + " is as fast | and takes of its CPU |\n|---|---:|---:|---:|---:|---:|\n");
    for (Way way : Way.values()) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %,d | %,.0f | %,.0f + %,.0f | %s |%n",
              way.words,
              documents / way.fewer / 1_000 * 1_000,
              median(way, Run::perSecond),
              median(way, Run::clientMicros),
              median(way, Run::serverMicros),
              comparison(way)));
    }
    table.append(
        String.format(
            Locale.ROOT,
            "%nMedians of %d rounds by turns in one JVM, each into an index of its own; documents of 70 fields and %,d bytes; DirectRunner two wide with both enforcements off, Flink of parallelism 2; %d cores, Java %s, Elasticsearch 8.7.1 of 512 MiB on the same machine, warm.%n",
            rounds,
            IndexLoad.json(12_345).length(),
            Runtime.getRuntime().availableProcessors(),
            Runtime.version().feature()));
    System.out.println(table);
    ResultPages.write(RESULTS, table);
    ResultPages.between(DOCS, MARK, table);
  }

  private String comparison(Way way) {
    return switch (way) {
      case OURS_DIRECT, OURS_FLINK, OURS_RESHUFFLED -> " | ";
      case REPLAY_2, REPLAY_4 ->
          String.format(
              Locale.ROOT,
              "%.2fx (direct), %.2fx (Flink) | ",
              ratio(Way.OURS_DIRECT, way),
              ratio(Way.OURS_FLINK, way));
      case BEAM_DIRECT -> against(Way.OURS_DIRECT, way);
      case BEAM_FLINK -> against(Way.OURS_FLINK, way);
      case BEAM_RESHUFFLED -> against(Way.OURS_RESHUFFLED, way);
    };
  }

  private double ratio(Way ours, Way theirs) {
    return median(ours, Run::perSecond) / median(theirs, Run::perSecond);
  }

  private String against(Way ours, Way theirs) {
    return String.format(
        Locale.ROOT,
        "%.1fx | %.0f %%",
        ratio(ours, theirs),
        100 * median(ours, Run::micros) / median(theirs, Run::micros));
  }
}
