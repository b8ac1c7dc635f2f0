package dev.diagonal.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.internal.donors.GenerateFiles;
import dev.diagonal.internal.donors.Table;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.ratings.RatingRows;
import dev.diagonal.testing.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures the CPU time that Elasticsearch takes to index a document, by mapping and settings, by
 * turns against one warm server, and writes the table into {@code src/test/benchmarks/mappings.md}
 * and {@code docs/sinks.md}. The bodies of the requests are ready-made, so that the server's time
 * does not depend on the client. Every run ends with a refresh and a flush, which count.
 *
 * <p>Arguments: the number of documents (20,000) and of rounds (5).
 *
 * <p>Takes about ten minutes, and 2 GB of memory.
 */
public final class MappingBenchmark {

  private static final Path DATA = Path.of("target", "benchmark", "mappings");
  private static final Path RESULTS = Path.of("src", "test", "benchmarks", "mappings.md");
  private static final Path DOCS = Path.of("docs", "sinks.md");
  private static final String MARK = "<!-- mapping benchmark -->";
  private static final int BULK_DOCUMENTS = 1_000;
  private static final String LOAD = "{\"number_of_replicas\":0,\"refresh_interval\":\"-1\"}";

  /** The donors mapping with a field {@code text} and one {@code keyword} for every text. */
  private static final String TWINS =
      Table.mapping()
          .replaceAll(
              ":\\{\"type\":\"keyword\",\"ignore_above\":8191}(?!}})",
              ":{\"type\":\"text\",\"fields\":{\"keyword\":{\"type\":\"keyword\",\"ignore_above\":256}}}");

  private final LocalElasticsearch server;
  private final Map<Variant, List<Double>> micros = new LinkedHashMap<>();

  /**
   * What is indexed, and how.
   *
   * @param mapping as JSON, or null for the one that Elasticsearch guesses
   */
  private record Variant(
      String documents, String words, @Nullable String mapping, String settings) {}

  private MappingBenchmark(LocalElasticsearch server) {
    this.server = server;
  }

  public static void main(String[] args) throws Exception {
    int documents = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    Map<String, List<String>> bodies =
        Map.of("donors", donors(documents), "movies", movies(documents));
    try (LocalElasticsearch server = LocalElasticsearch.start()) {
      MappingBenchmark benchmark = new MappingBenchmark(server);
      for (int round = 0; round <= rounds; round++) {
        for (Variant variant : variants()) {
          List<String> own = bodies.getOrDefault(variant.documents(), List.of());
          double measured = benchmark.index(variant, own) / documents;
          System.out.printf(Locale.ROOT, "%-60s %,7.1f us%n", variant.words(), measured);
          if (round > 0) { // the first warms the server up
            benchmark.micros.computeIfAbsent(variant, v -> new ArrayList<>()).add(measured);
          }
        }
      }
      benchmark.report(documents, rounds);
    }
    System.exit(0);
  }

  private static List<Variant> variants() {
    String ours = Table.mapping();
    String codec = "{\"codec\":\"best_compression\"}";
    return List.of(
        new Variant("donors", "donors, guessed mapping", null, "{}"),
        new Variant("donors", "donors, guessed mapping, load mode", null, LOAD),
        new Variant("donors", "donors, types of the columns, text and keyword", TWINS, "{}"),
        new Variant("donors", "donors, Diagonal's mapping", ours, "{}"),
        new Variant("donors", "donors, Diagonal's mapping, load mode", ours, LOAD),
        new Variant("donors", "donors, Diagonal's mapping, best_compression", ours, codec),
        new Variant("movies", "movies, guessed mapping", null, "{}"),
        new Variant("movies", "movies, Diagonal's mapping", RatingRows.MAPPING, "{}"));
  }

  /** Returns the CPU time in microseconds. */
  private double index(Variant variant, List<String> bodies) throws Exception {
    String url = server.url() + "/mapping-benchmark";
    if (variant.mapping() == null) {
      Http.send("PUT", url, "{\"settings\":%s}".formatted(variant.settings()));
    } else {
      IndexTemplate.of(variant.mapping())
          .withSettings(variant.settings())
          .createIfMissing(ElasticsearchTarget.at(server.url(), "mapping-benchmark"));
    }
    long before = serverMillis();
    for (String body : bodies) {
      String answer = Http.send("POST", url + "/_bulk?filter_path=errors", body);
      if (!answer.contains("\"errors\":false")) {
        throw new IllegalStateException(variant + ": " + answer);
      }
    }
    Http.send("POST", url + "/_refresh", "");
    Http.send("POST", url + "/_flush", "");
    long millis = serverMillis() - before;
    Http.send("DELETE", url, "");
    return millis * 1e3;
  }

  private static long serverMillis() {
    return ProcessHandle.current()
        .descendants()
        .mapToLong(p -> p.info().totalCpuDuration().orElse(Duration.ZERO).toMillis())
        .sum();
  }

  private static List<String> donors(int documents) throws IOException {
    Path input = DATA.resolve("in-" + documents);
    Path output = DATA.resolve("out-" + documents);
    GenerateFiles.into(input, documents, 2011);
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            "donors-choose",
            "--projects=" + input.resolve("projects.csv.gz"),
            "--donations=" + input.resolve("donations.csv.gz"),
            "--resources=" + input.resolve("resources.csv.gz"),
            "--output=" + output);
    if (launched.exitCode() != ExitCode.DONE) {
      throw new IllegalStateException(launched.toString());
    }
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
        lines.addAll(Files.readAllLines(file, UTF_8));
      }
    }
    return bodies(lines);
  }

  private static List<String> movies(int documents) {
    return bodies(
        IntStream.range(0, documents)
            .mapToObj(
                n ->
                    "{\"movie_id\":%d,\"rating_count\":%d,\"rating_sum\":%d.500,\"rating_mean\":3.%06d,\"rating_min\":0.500,\"rating_max\":5.000}"
                        .formatted(n * 7, n % 900, n % 3_000, n))
            .toList());
  }

  private static List<String> bodies(List<String> lines) {
    List<String> bodies = new ArrayList<>();
    for (int from = 0; from < lines.size(); from += BULK_DOCUMENTS) {
      StringBuilder body = new StringBuilder();
      for (int n = from; n < Math.min(lines.size(), from + BULK_DOCUMENTS); n++) {
        body.append("{\"index\":{\"_id\":\"").append(n).append("\"}}\n");
        body.append(lines.get(n)).append('\n');
      }
      bodies.add(body.toString());
    }
    return bodies;
  }

  private double median(Variant variant) {
    return Median.of(micros.getOrDefault(variant, List.of()));
  }

  private void report(int documents, int rounds) throws IOException {
    StringBuilder table =
        new StringBuilder(
            "| documents, mapping and settings | server CPU µs a document | documents per server CPU second, against the guessed mapping |\n|---|---:|---:|\n");
    for (Variant variant : variants()) {
      Variant guessed =
          variants().stream()
              .filter(other -> other.documents().equals(variant.documents()))
              .findFirst()
              .orElseThrow();
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %,.0f | %.2fx |%n",
              variant.words(),
              median(variant),
              median(guessed) / median(variant)));
    }
    table.append(
        String.format(
            Locale.ROOT,
            "%nMedians of %d rounds by turns, %,d documents each, one node of Elasticsearch 8.7.1, %d cores, Java %s. Load mode is no replicas and no refresh; a single node has no replicas to write.%n",
            rounds,
            documents,
            Runtime.getRuntime().availableProcessors(),
            Runtime.version().feature()));
    System.out.println(table);
    ResultPages.write(RESULTS, table);
    ResultPages.between(DOCS, MARK, table);
  }
}
