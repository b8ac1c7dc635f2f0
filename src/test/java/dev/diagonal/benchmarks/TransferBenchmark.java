package dev.diagonal.benchmarks;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PgPass;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures transfers of five columns, by turns with a rival: {@code copy}: between CSV and
 * PostgreSQL, beside {@code psql \copy} of the same file; {@code tables}: from table to table,
 * beside COPY from one {@code psql} through a pipe into another; {@code jsonl}: from CSV to JSON
 * lines, beside DuckDB; {@code memory}: CSV to CSV of growing files in one small heap. Every
 * program runs in a process of its own, its start included (DuckDB's excluded), ours from the
 * bundled jar as its users start it. The first two need {@code psql}. The tables of the first three
 * go into docs/benchmarks.md, that of the first into {@code src/test/benchmarks/transfer.md} too.
 *
 * <p>Arguments: {@code copy}, {@code tables} or {@code jsonl}, with {@code [rows [rounds]]}, or
 * {@code memory [heap [megabytes …] [--option …]]}.
 *
 * <p>Takes a few minutes, and 1 GB of disk; {@code memory} and twenty million rows 10 GB.
 */
public final class TransferBenchmark {

  private static final Path JAR = Path.of("target", "diagonal-bundled.jar");
  private static final String MARK = "<!-- transfer benchmark -->";
  private static final String TABLE =
      "CREATE TABLE m (id bigint, user_id integer, score double precision, day date, name text)";

  private TransferBenchmark() {}

  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory("transfer-benchmark");
    try {
      measure(directory, args);
    } finally {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  private static void measure(Path directory, String[] args) throws Exception {
    if (args.length > 0 && args[0].equals("memory")) {
      memory(
          directory,
          args.length > 1 ? args[1] : "128m",
          Arrays.stream(args)
              .filter(a -> a.matches("[0-9]+"))
              .mapToInt(Integer::parseInt)
              .toArray(),
          Arrays.stream(args).filter(a -> a.startsWith("--")).toList());
    } else {
      String what = args.length > 0 ? args[0] : "copy";
      int rows =
          args.length > 1
              ? Integer.parseInt(args[1])
              : what.equals("copy") ? 5_000_000 : 20_000_000;
      int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
      switch (what) {
        case "copy" -> copy(directory, rows, rounds);
        case "tables" -> tables(directory, rows, rounds);
        case "jsonl" -> jsonLines(directory, rows, rounds);
        default -> throw new IllegalArgumentException("copy, tables, jsonl or memory, not " + what);
      }
    }
  }

  private static void copy(Path directory, int rows, int rounds) throws Exception {
    Path csv = directory.resolve("m.csv");
    write(csv, rows);
    Path out = directory.resolve("out.csv");
    PgPass.use();
    try (LocalPostgres postgres = LocalPostgres.start()) {
      String jdbc = "--jdbcUrl=" + postgres.jdbcUrl();
      String user = "--jdbcUser=" + postgres.user();
      List<Double> psqlIn = new ArrayList<>();
      List<Double> in = new ArrayList<>();
      List<Double> psqlOut = new ArrayList<>();
      List<Double> outTimes = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        psql(postgres, "DROP TABLE IF EXISTS m; " + TABLE);
        psqlIn.add(psql(postgres, "\\copy m from '" + csv + "' csv header").seconds());
        psqlOut.add(psql(postgres, "\\copy m to '" + out + "' csv header").seconds());
        psql(postgres, "DROP TABLE m; " + TABLE);
        in.add(transfer("-Xmx512m", "--from=csv:" + csv, "--to=jdbc:m", jdbc, user));
        outTimes.add(transfer("-Xmx512m", "--from=jdbc:m", "--to=csv:" + out, jdbc, user));
      }
      String table =
          "| what | rows | psql \\copy s | transfer s | ours is |\n|---|---:|---:|---:|---:|\n"
              + line("CSV to PostgreSQL", rows, psqlIn, in)
              + line("PostgreSQL to CSV", rows, psqlOut, outTimes)
              + String.format(
                  Locale.ROOT,
                  "%nMedians of %d round(s) by turns, %d cores for both and PostgreSQL 16, a file of %,d MB, -Xmx512m.%n",
                  rounds,
                  Runtime.getRuntime().availableProcessors(),
                  Files.size(csv) / 1_000_000);
      System.out.println(table);
      ResultPages.between(Path.of("src", "test", "benchmarks", "transfer.md"), MARK, table);
      ResultPages.between(Path.of("docs", "benchmarks.md"), MARK, table);
    }
  }

  /** Both tables are on one server. The rows that arrived are counted after each run. */
  private static void tables(Path directory, int rows, int rounds) throws Exception {
    Path csv = directory.resolve("m.csv");
    write(csv, rows);
    PgPass.use();
    try (LocalPostgres postgres = LocalPostgres.start()) {
      String jdbc = "--jdbcUrl=" + postgres.jdbcUrl();
      String user = "--jdbcUser=" + postgres.user();
      psql(postgres, TABLE);
      psql(postgres, "\\copy m from '" + csv + "' csv header");
      psql(postgres, "VACUUM (FREEZE, ANALYZE) m");
      String target = "DROP TABLE IF EXISTS n; CREATE TABLE n (LIKE m)";
      Map<String, List<Double>> seconds = new LinkedHashMap<>();
      for (int round = 0; round < rounds; round++) {
        for (String format : List.of("text", "binary")) {
          psql(postgres, target);
          seconds
              .computeIfAbsent(
                  "psql, COPY as " + format + " through a pipe", w -> new ArrayList<>())
              .add(pipe(postgres, format));
          requireRows(postgres, rows);
        }
        for (int readers : new int[] {1, 2}) {
          psql(postgres, target);
          seconds
              .computeIfAbsent("transfer, connections: " + readers, w -> new ArrayList<>())
              .add(
                  transfer(
                      "-Xmx512m",
                      "--from=jdbc:m",
                      "--to=jdbc:n",
                      "--targetParallelism=" + readers,
                      jdbc,
                      user));
          requireRows(postgres, rows);
        }
      }
      beside(
          "tables",
          "PostgreSQL to PostgreSQL",
          rows,
          rounds,
          seconds,
          "PostgreSQL 16, which has both tables");
    }
  }

  private static double pipe(LocalPostgres postgres, String format)
      throws IOException, InterruptedException {
    String psql = String.join(" ", psql(postgres)) + " -c ";
    String out = psql + "\"COPY m TO STDOUT (FORMAT " + format + ")\"";
    String in = psql + "\"COPY n FROM STDIN (FORMAT " + format + ")\"";
    return Measured.run(List.of("sh", "-c", out + " | " + in)).seconds();
  }

  private static void requireRows(LocalPostgres postgres, int rows)
      throws IOException, InterruptedException {
    String counted = psql(postgres, "SELECT 'rows: ' || count(*) FROM n").output();
    if (!counted.contains("rows: " + rows + "\n")) {
      throw new IllegalStateException("not " + rows + " rows arrived, but " + counted);
    }
  }

  private static void jsonLines(Path directory, int rows, int rounds) throws Exception {
    Path csv = directory.resolve("m.csv");
    write(csv, rows);
    Path out = directory.resolve("out.jsonl");
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      seconds
          .computeIfAbsent("DuckDB", w -> new ArrayList<>())
          .add(
              Measured.run(
                      Measured.java(
                          "-Xmx512m", DuckDbJsonLines.class, csv.toString(), out.toString()))
                  .seconds());
      Files.delete(out);
      seconds
          .computeIfAbsent("transfer", w -> new ArrayList<>())
          .add(transfer("-Xmx512m", "--from=csv:" + csv, "--to=jsonl:" + out));
      Files.delete(out);
    }
    beside("jsonl", "CSV to JSON lines, typed", rows, rounds, seconds, "two threads of DuckDB");
  }

  /** The first way is the rival of the others. */
  private static void beside(
      String mode,
      String what,
      int rows,
      int rounds,
      Map<String, List<Double>> seconds,
      String servers)
      throws IOException {
    StringBuilder table =
        new StringBuilder("| " + what + " | rows | s | rows a second |\n|---|---:|---:|---:|\n");
    seconds.forEach(
        (way, each) ->
            table.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %,d | %.2f | %,.0f |%n",
                    way,
                    rows,
                    Median.of(each),
                    rows / Median.of(each))));
    table.append(
        String.format(
            Locale.ROOT,
            "%nMedians of %d round(s) by turns, %d cores for all, %s; -Xmx512m.%n",
            rounds,
            Runtime.getRuntime().availableProcessors(),
            servers));
    System.out.println(table);
    ResultPages.between(
        Path.of("docs", "benchmarks.md"), "<!-- transfer " + mode + " benchmark -->", table);
  }

  private static Measured psql(LocalPostgres postgres, String command)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(psql(postgres));
    all.addAll(List.of("-c", command));
    return Measured.run(all);
  }

  private static List<String> psql(LocalPostgres postgres) {
    String port = String.valueOf(postgres.port());
    return List.of(
        "psql", "-q", "-h", "127.0.0.1", "-p", port, "-U", postgres.user(), "-d", "postgres");
  }

  private static double transfer(String heap, String... options)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Measured.javaProgram(),
                heap,
                "@runner-configs/java.args",
                "-jar",
                JAR.toString(),
                "transfer"));
    command.addAll(List.of(options));
    return Measured.run(command).seconds();
  }

  private static String line(String what, int rows, List<Double> psql, List<Double> ours) {
    double theirMedian = Median.of(psql);
    double ourMedian = Median.of(ours);
    return String.format(
        Locale.ROOT,
        "| %s | %,d | %.2f | %.2f | %.2f times as fast |%n",
        what,
        rows,
        theirMedian,
        ourMedian,
        theirMedian / ourMedian);
  }

  private static void memory(Path directory, String heap, int[] megabytes, List<String> options)
      throws Exception {
    for (int each : megabytes.length == 0 ? new int[] {100, 1_000, 5_000} : megabytes) {
      Path csv = directory.resolve("in.csv");
      write(csv, each * 24_000);
      Path out = directory.resolve("out.csv");
      List<String> command =
          new ArrayList<>(
              Measured.java(
                  "-Xmx" + heap, Main.class, "transfer", "--from=csv:" + csv, "--to=csv:" + out));
      command.addAll(options);
      long start = System.nanoTime();
      Measured run = Measured.run(command);
      System.out.printf(
          Locale.ROOT,
          "| %,d MB | -Xmx%s | %.1f s | %d MB resident |%n",
          Files.size(csv) >> 20,
          heap,
          (System.nanoTime() - start) / 1e9,
          run.peakMegabytes());
      Files.delete(csv);
      Files.delete(out);
    }
  }

  /** Rows of some 42 bytes. */
  private static void write(Path csv, int rows) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(csv)) {
      out.write("id,user_id,score,day,name\n");
      for (int i = 0; i < rows; i++) {
        out.append(String.valueOf(i)).append(',').append(String.valueOf(i * 7919L % 1_000_003));
        out.append(',').append(String.valueOf(i % 10_007 / 100)).append('.');
        out.append(String.valueOf(10 + i % 90)).append(i % 2 == 0 ? ",2026-01-1" : ",2026-11-2");
        out.append(String.valueOf(i % 9)).append(",name ").append(String.valueOf(i % 1_000));
        out.append('\n');
      }
    }
  }
}
