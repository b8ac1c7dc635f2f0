package dev.diagonal.benchmarks;

import static java.util.stream.Collectors.joining;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.internal.donors.GenerateFiles;
import dev.diagonal.internal.donors.Table;
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
import java.util.Comparator;
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
import org.jspecify.annotations.Nullable;

/**
 * Measures {@code donors-choose} beside the same preparation in pandas and a bare replay of the
 * bulk requests, each in a process of its own, by turns, and writes the table into {@code
 * src/test/benchmarks/donors.md} and docs/benchmarks.md. Ours counts from the start of its JVM;
 * pandas after its imports, and stops before JSON unless it indexes. Needs the bundled jar.
 *
 * <p>Arguments: numbers of donations (100000, 1000000), {@code rounds=n} (3), {@code heap=4g}, and
 * {@code index=n}: no more donations than that (1000000) are indexed too. What Python has not is
 * left out with a note: {@code python3-pandas} and {@code python3-elasticsearch} are Debian's
 * packages.
 *
 * <p>Takes half an hour, 4 GB of memory, and 5 GB of disk; less with fewer donations.
 */
public final class DonorsChooseBenchmark {

  private static final Path DATA = Path.of("target", "benchmark");
  private static final Path JAR = Path.of("target", "diagonal-bundled.jar");
  private static final Path RIVAL =
      Path.of("src", "test", "resources", "rivals", "donors_pandas.py");
  private static final Path RESULTS = Path.of("src", "test", "benchmarks", "donors.md");
  private static final Path PAGE = Path.of("docs", "benchmarks.md");
  private static final String MARK = "<!-- donors benchmark -->";
  private static final int BULK_DOCUMENTS = 1_000;
  private static final int IN_FLIGHT = 2;
  private static final List<String> FLINK =
      List.of("@runner-configs/flink-local.args", "--parallelism=2");
  private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

  private static final String SMALL_HEAP = "400m";
  private static final String FLINK_SMALL =
      "Diagonal, Flink [local], to JSON lines, -Xmx" + SMALL_HEAP;
  private static final String DIRECT_FILES = "Diagonal, DirectRunner, to JSON lines";
  private static final String DIRECT_INDEX = "Diagonal, DirectRunner, to Elasticsearch";
  private static final String PANDAS = "pandas, stops before JSON";
  private static final String PANDAS_INDEX = "pandas and parallel_bulk";
  private static final String REPLAY = "bare bulk replay of the same documents";

  private final int rounds;
  private final String heap;
  private final Map<String, List<Measured>> measured = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  private DonorsChooseBenchmark(int rounds, String heap) {
    this.rounds = rounds;
    this.heap = heap;
  }

  public static void main(String[] args) throws Exception {
    List<String> arguments = Arrays.asList(args);
    List<Integer> numbers =
        arguments.stream().filter(a -> a.matches("[0-9]+")).map(Integer::valueOf).toList();
    List<Integer> sizes = numbers.isEmpty() ? List.of(100_000, 1_000_000) : numbers;
    int mostIndexed = Integer.parseInt(value(arguments, "index", "1000000"));
    DonorsChooseBenchmark benchmark =
        new DonorsChooseBenchmark(
            Integer.parseInt(value(arguments, "rounds", "3")), value(arguments, "heap", "4g"));
    for (int donations : sizes) {
      Path input = benchmark.sample(donations);
      benchmark.prepare(input, donations);
      if (donations <= mostIndexed) {
        benchmark.index(input, donations);
      }
      benchmark.report(sizes);
    }
    System.exit(0);
  }

  private static String value(List<String> arguments, String name, String otherwise) {
    return arguments.stream()
        .filter(a -> a.startsWith(name + "="))
        .map(a -> a.substring(name.length() + 1))
        .findFirst()
        .orElse(otherwise);
  }

  private void prepare(Path input, int donations) throws Exception {
    String pandas = python("pandas");
    for (int round = 0; round < rounds; round++) {
      Path output = DATA.resolve("donors-out-" + donations);
      add(DIRECT_FILES, donations, ours(input, "--output=" + output));
      if (pandas != null) {
        add(PANDAS, donations, rival(pandas, input, "1"));
      }
      List<String> flink = ours(input, "--output=" + output);
      flink.addAll(FLINK);
      add("Diagonal, Flink [local], to JSON lines", donations, flink);
      List<String> small = new ArrayList<>(flink);
      small.set(1, "-Xmx" + SMALL_HEAP);
      add(FLINK_SMALL, donations, small);
      if (pandas != null && round == 0) {
        add("pandas, 8 processes, stops before JSON", donations, rival(pandas, input, "8"));
      }
      add(
          "Diagonal, the steps alone on one thread",
          donations,
          Measured.java(
              "-Xmx" + heap,
              DonorSteps.class,
              input.toString(),
              DATA.resolve("donors-steps-" + donations).toString()));
    }
  }

  private void index(Path input, int donations) throws Exception {
    String python = python("pandas", "elasticsearch");
    try (LocalElasticsearch server = LocalElasticsearch.start()) {
      for (int round = 0; round <= rounds; round++) {
        // The first round warms the server up and does not count.
        boolean counts = round > 0;
        List<String> direct = ours(input, "--elasticsearchUrl=" + server.url());
        direct.add("--elasticsearchIndex=" + fresh(server, "direct", round));
        time(DIRECT_INDEX, donations, direct, counts);
        List<String> flink = ours(input, "--elasticsearchUrl=" + server.url());
        flink.add("--elasticsearchIndex=" + fresh(server, "flink", round));
        flink.addAll(FLINK);
        time("Diagonal, Flink [local], to Elasticsearch", donations, flink, counts);
        long start = System.nanoTime();
        replay(server.url() + "/" + fresh(server, "replay", round), donations);
        Measured replay = new Measured((System.nanoTime() - start) / 1e9, 0, "");
        keep(REPLAY, donations, replay, counts);
        if (python != null) {
          List<String> command = rival(python, input, "1");
          command.addAll(List.of(server.url(), fresh(server, "pandas", round)));
          time(PANDAS_INDEX, donations, command, counts);
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
    IndexTemplate.of(Table.mapping()).createIfMissing(ElasticsearchTarget.at(server.url(), index));
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
    if (!senders.awaitTermination(4, TimeUnit.MINUTES) || !failures.isEmpty()) {
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

  private List<String> ours(Path input, String sink) {
    return new ArrayList<>(
        List.of(
            Measured.javaProgram(),
            "-Xmx" + heap,
            "@runner-configs/java.args",
            "-jar",
            JAR.toString(),
            "donors-choose",
            "--projects=" + input.resolve("projects.csv.gz"),
            "--donations=" + input.resolve("donations.csv.gz"),
            "--resources=" + input.resolve("resources.csv.gz"),
            sink));
  }

  private static List<String> rival(String python, Path input, String processes) {
    return new ArrayList<>(List.of(python, RIVAL.toString(), input.toString(), processes));
  }

  /** Returns the first Python that has all modules, or null and notes that there is none. */
  private @Nullable String python(String... modules) throws InterruptedException {
    String imports = "import " + String.join(", ", modules);
    for (String python : PYTHONS) {
      try {
        if (new ProcessBuilder(python, "-c", imports).start().waitFor() == 0) {
          return python;
        }
      } catch (IOException e) {
        // No such Python.
      }
    }
    String note = "No Python here has " + String.join(" and ", modules) + ": its rows are missing.";
    if (!notes.contains(note)) {
      notes.add(note);
    }
    return null;
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
    steps(run).forEach(System.out::println);
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

  /** What a program says of its steps: lines such as {@code read: 0.91 s}. */
  private static Stream<String> steps(Measured run) {
    return run.output().lines().filter(line -> line.matches("[a-z ]+: [0-9.]+ s"));
  }

  /** The run whose time is the median, for its steps. */
  private static Measured medianRun(List<Measured> runs) {
    return runs.stream()
        .sorted(Comparator.comparingDouble(Measured::seconds))
        .skip(runs.size() / 2)
        .findFirst()
        .orElseThrow();
  }

  private static long peak(List<Measured> runs) {
    return runs.stream().mapToLong(Measured::peakMegabytes).max().orElse(0);
  }

  /** Says how many times as fast ours is, and what of the other's memory it takes. */
  private void compare(StringBuilder table, String ours, String other, int donations) {
    List<Measured> our = measured.get(ours + "|" + donations);
    List<Measured> their = measured.get(other + "|" + donations);
    if (our == null || their == null) {
      return;
    }
    table.append(
        String.format(
            Locale.ROOT,
            "%,d donations: %s is %.2f times as fast as %s",
            donations,
            ours,
            median(their) / median(our),
            other));
    if (peak(their) > 0) {
      table.append(
          String.format(
              Locale.ROOT, ", in %.2f of its peak memory", (double) peak(our) / peak(their)));
    }
    table.append(".\n");
  }

  private double median(List<Measured> runs) {
    return Median.of(runs.stream().map(Measured::seconds).toList());
  }

  private void report(List<Integer> sizes) throws IOException {
    StringBuilder table = new StringBuilder();
    table.append("| program | donations | median s | peak MB |\n|---|---:|---:|---:|\n");
    measured.forEach(
        (key, runs) -> {
          long peak = peak(runs);
          table.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %,d | %.2f | %s |%n",
                  key.substring(0, key.indexOf('|')),
                  Integer.parseInt(key.substring(key.indexOf('|') + 1)),
                  median(runs),
                  peak == 0 ? "" : String.format(Locale.ROOT, "%,d", peak)));
        });
    table.append('\n');
    for (int donations : sizes) {
      compare(table, DIRECT_FILES, PANDAS, donations);
      compare(table, FLINK_SMALL, PANDAS, donations);
      compare(table, DIRECT_INDEX, PANDAS_INDEX, donations);
      compare(table, DIRECT_INDEX, REPLAY, donations);
    }
    table.append('\n');
    measured.forEach(
        (key, runs) -> {
          String steps = steps(medianRun(runs)).collect(joining(", "));
          if (!steps.isEmpty()) {
            table.append("Steps of ").append(key.replace("|", ", "));
            table.append(" donations: ").append(steps).append(".\n");
          }
        });
    table.append(
        String.format(
            Locale.ROOT,
            "%nMedians of %d round(s) by turns, %d cores, Java %s, -Xmx%s; ours from the start of its JVM, pandas without its imports.%n",
            rounds,
            Runtime.getRuntime().availableProcessors(),
            Runtime.version().feature(),
            heap));
    notes.forEach(note -> table.append(note).append('\n'));
    System.out.println(table);
    ResultPages.write(RESULTS, table);
    ResultPages.between(PAGE, MARK, table);
  }
}
