package dev.diagonal.benchmarks;

import dev.diagonal.donors.GenerateFiles;
import dev.diagonal.donors.Table;
import dev.diagonal.elasticsearch.CreateIndex;
import dev.diagonal.elasticsearch.ElasticsearchTarget;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures {@code donors-choose} beside the same preparation in pandas and a bare replay of the
 * bulk requests, each in a process of its own, by turns, and writes the table into {@code
 * src/test/benchmarks/donors.md} and the README. Ours counts from the start of its JVM; pandas from
 * behind its imports, and stops before JSON where it does not index.
 *
 * <p>Arguments: numbers of donations (100000, 1000000), {@code rounds=n} (3), and {@code prepare}
 * to leave out Elasticsearch. What Python has not is left out with a note.
 */
public final class DonorsChooseBenchmark {

  private static final Path DATA = Path.of("target", "benchmark");
  private static final Path JAR = Path.of("target", "diagonal-bundled.jar");
  private static final Path RIVAL =
      Path.of("src", "test", "resources", "rivals", "donors_pandas.py");
  private static final Path RESULTS = Path.of("src", "test", "benchmarks", "donors.md");
  private static final Path README = Path.of("README.md");
  private static final String MARK = "<!-- donors benchmark -->";
  private static final int BULK_DOCUMENTS = 1_000;
  private static final int IN_FLIGHT = 2;
  private static final List<String> FLINK =
      List.of("@runner-configs/flink-local.args", "--parallelism=2");

  private final int rounds;
  private final Map<String, List<Measured>> measured = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  private DonorsChooseBenchmark(int rounds) {
    this.rounds = rounds;
  }

  public static void main(String[] args) throws Exception {
    List<String> arguments = Arrays.asList(args);
    int rounds =
        arguments.stream()
            .filter(a -> a.startsWith("rounds="))
            .mapToInt(a -> Integer.parseInt(a.substring("rounds=".length())))
            .findFirst()
            .orElse(3);
    List<Integer> sizes =
        arguments.stream().filter(a -> a.matches("[0-9]+")).map(Integer::valueOf).toList();
    DonorsChooseBenchmark benchmark = new DonorsChooseBenchmark(rounds);
    for (int donations : sizes.isEmpty() ? List.of(100_000, 1_000_000) : sizes) {
      Path input = benchmark.sample(donations);
      benchmark.prepare(input, donations);
      if (!arguments.contains("prepare")) {
        benchmark.index(input, donations);
      }
    }
    benchmark.report();
    System.exit(0);
  }

  private void prepare(Path input, int donations) throws Exception {
    boolean pandas = hasPython("pandas");
    for (int round = 0; round < rounds; round++) {
      Path output = DATA.resolve("donors-out-" + donations);
      add("Diagonal, DirectRunner, to JSON lines", donations, ours(input, "--output=" + output));
      if (pandas) {
        add("pandas, stops before JSON", donations, rival(input, "1"));
      }
      List<String> flink = ours(input, "--output=" + output);
      flink.addAll(FLINK);
      add("Diagonal, Flink [local], to JSON lines", donations, flink);
      if (pandas && round == 0) {
        add("pandas, 8 processes, stops before JSON", donations, rival(input, "8"));
      }
    }
  }

  private void index(Path input, int donations) throws Exception {
    boolean python = hasPython("pandas") && hasPython("elasticsearch");
    try (LocalElasticsearch server = LocalElasticsearch.start()) {
      for (int round = 0; round <= rounds; round++) {
        // The first round warms the server up and does not count.
        boolean counts = round > 0;
        List<String> direct = ours(input, "--elasticsearchUrl=" + server.url());
        direct.add("--elasticsearchIndex=" + fresh(server, "direct", round));
        time("Diagonal, DirectRunner, to Elasticsearch", donations, direct, counts);
        List<String> flink = ours(input, "--elasticsearchUrl=" + server.url());
        flink.add("--elasticsearchIndex=" + fresh(server, "flink", round));
        flink.addAll(FLINK);
        time("Diagonal, Flink [local], to Elasticsearch", donations, flink, counts);
        long start = System.nanoTime();
        replay(server.url() + "/" + fresh(server, "replay", round), donations);
        Measured replay = new Measured((System.nanoTime() - start) / 1e9, 0, "");
        keep("bare bulk replay of the same documents", donations, replay, counts);
        if (python) {
          List<String> command = rival(input, "1");
          command.addAll(List.of(server.url(), fresh(server, "pandas", round)));
          time("pandas and parallel_bulk", donations, command, counts);
        }
      }
    }
  }

  /** All have the same mapping; what was indexed before goes. */
  private static String fresh(LocalElasticsearch server, String name, int round) throws Exception {
    HttpRequest delete =
        HttpRequest.newBuilder(URI.create(server.url() + "/bench-" + name + "-*")).DELETE().build();
    HttpResponse<String> unused =
        HttpClient.newHttpClient().send(delete, BodyHandlers.ofString(StandardCharsets.UTF_8));
    String index = "bench-" + name + "-" + round;
    CreateIndex.ifMissing(ElasticsearchTarget.at(server.url(), index), Table.mapping());
    return index;
  }

  /** Sends the lines of the files that were written before, some requests in flight. */
  private static void replay(String index, int donations) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    ExecutorService senders = Executors.newFixedThreadPool(IN_FLIGHT);
    Semaphore free = new Semaphore(IN_FLIGHT);
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    try (Stream<Path> files = Files.list(DATA.resolve("donors-out-" + donations))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).toList()) {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
          ByteArrayOutputStream body = new ByteArrayOutputStream();
          int documents = 0;
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String id = line.substring(15, line.indexOf('"', 15));
            body.writeBytes(
                ("{\"index\":{\"_id\":\"" + id + "\"}}\n" + line + "\n")
                    .getBytes(StandardCharsets.UTF_8));
            if (++documents == BULK_DOCUMENTS) {
              send(client, index, body.toByteArray(), senders, free, failures);
              body.reset();
              documents = 0;
            }
          }
          if (documents > 0) {
            send(client, index, body.toByteArray(), senders, free, failures);
          }
        }
      }
    }
    free.acquire(IN_FLIGHT);
    senders.shutdown();
    if (!senders.awaitTermination(1, TimeUnit.MINUTES) || !failures.isEmpty()) {
      throw new IllegalStateException(String.valueOf(failures));
    }
  }

  private static void send(
      HttpClient client,
      String index,
      byte[] body,
      ExecutorService senders,
      Semaphore free,
      Queue<String> failures)
      throws InterruptedException {
    free.acquire();
    senders.execute(
        () -> {
          try {
            HttpResponse<String> answer =
                client.send(
                    HttpRequest.newBuilder(URI.create(index + "/_bulk"))
                        .header("Content-Type", "application/x-ndjson")
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                    BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (answer.statusCode() != 200 || !answer.body().contains("\"errors\":false")) {
              failures.add(answer.body().substring(0, Math.min(1_000, answer.body().length())));
            }
          } catch (IOException | InterruptedException e) {
            failures.add(e.toString());
          } finally {
            free.release();
          }
        });
  }

  private static List<String> ours(Path input, String sink) {
    return new ArrayList<>(
        List.of(
            Measured.javaProgram(),
            "-Xmx4g",
            "@runner-configs/java.args",
            "-jar",
            JAR.toString(),
            "donors-choose",
            "--projects=" + input.resolve("projects.csv.gz"),
            "--donations=" + input.resolve("donations.csv.gz"),
            "--resources=" + input.resolve("resources.csv.gz"),
            sink));
  }

  private static List<String> rival(Path input, String processes) {
    return new ArrayList<>(List.of("python3", RIVAL.toString(), input.toString(), processes));
  }

  private boolean hasPython(String module) throws InterruptedException {
    try {
      if (new ProcessBuilder("python3", "-c", "import " + module).start().waitFor() == 0) {
        return true;
      }
    } catch (IOException e) {
      // No Python at all, which is said below.
    }
    String note = "Python has no " + module + " here: its rows are missing.";
    if (!notes.contains(note)) {
      notes.add(note);
    }
    return false;
  }

  private void add(String name, int donations, List<String> command) throws Exception {
    time(name, donations, command, true);
  }

  private void time(String name, int donations, List<String> command, boolean counts)
      throws Exception {
    keep(name, donations, Measured.run(command), counts);
  }

  private void keep(String name, int donations, Measured run, boolean counts) {
    System.out.printf(
        Locale.ROOT,
        "%-44s %,12d donations %8.2f s %6d MB%s%n",
        name,
        donations,
        run.seconds(),
        run.peakMegabytes(),
        counts ? "" : " (warm-up)");
    run.output()
        .lines()
        .filter(line -> line.matches("[a-z ]+: [0-9.]+ s"))
        .forEach(System.out::println);
    if (counts) {
      measured.computeIfAbsent(name + "|" + donations, k -> new ArrayList<>()).add(run);
    }
  }

  /** Makes the sample, and reads it once, so that all find it in the file cache. */
  private Path sample(int donations) throws IOException {
    Path directory = DATA.resolve("donors-" + donations);
    if (!Files.exists(directory.resolve("resources.csv.gz"))) {
      GenerateFiles.into(directory, donations, 2011);
    }
    for (String name : List.of("projects", "donations", "resources")) {
      try (var in = Files.newInputStream(directory.resolve(name + ".csv.gz"))) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
    }
    return directory;
  }

  private double median(List<Measured> runs) {
    return runs.stream().mapToDouble(Measured::seconds).sorted().toArray()[runs.size() / 2];
  }

  private void report() throws IOException {
    StringBuilder table = new StringBuilder();
    table.append("| program | donations | median s | peak MB |\n|---|---:|---:|---:|\n");
    measured.forEach(
        (key, runs) -> {
          long peak = runs.stream().mapToLong(Measured::peakMegabytes).max().orElse(0);
          table.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %,d | %.2f | %s |%n",
                  key.substring(0, key.indexOf('|')),
                  Integer.parseInt(key.substring(key.indexOf('|') + 1)),
                  median(runs),
                  peak == 0 ? "" : String.format(Locale.ROOT, "%,d", peak)));
        });
    table.append(
        String.format(
            Locale.ROOT,
            "%nMedians of %d round(s) by turns, %d cores, Java %s, -Xmx4g; ours from the start of its JVM, pandas without its imports.%n",
            rounds,
            Runtime.getRuntime().availableProcessors(),
            Runtime.version().feature()));
    notes.forEach(note -> table.append(note).append('\n'));
    System.out.println(table);
    Files.createDirectories(RESULTS.getParent());
    Files.writeString(RESULTS, table);
    String readme = Files.readString(README);
    int from = readme.indexOf(MARK) + MARK.length();
    int to = readme.indexOf(MARK, from);
    if (to > from) {
      Files.writeString(README, readme.substring(0, from) + "\n" + table + readme.substring(to));
    }
  }
}
