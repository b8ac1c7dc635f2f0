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
import java.util.List;
import java.util.Locale;

/**
 * Measures transfers: {@code copy}: five columns between CSV and PostgreSQL, beside {@code psql
 * \copy} of the same file, by turns; {@code memory}: CSV to CSV of growing files in one small heap.
 * Every program runs in a process of its own, its start included, ours from the bundled jar as its
 * users start it. Needs {@code psql} for the first, whose table it writes into {@code
 * src/test/benchmarks/transfer.md} and docs/benchmarks.md.
 *
 * <p>Arguments: {@code copy [rows [rounds]]} or {@code memory [heap [megabytes …] [--option …]]}.
 *
 * <p>Takes a few minutes, and 1 GB of disk; {@code memory} 10 GB.
 */
public final class TransferBenchmark {

  private static final Path JAR = Path.of("target", "diagonal-bundled.jar");
  private static final String MARK = "<!-- transfer benchmark -->";
  private static final String TABLE =
      "CREATE TABLE m (id bigint, user_id integer, score double precision, day date, name text)";

  private TransferBenchmark() {}

  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory("transfer-benchmark");
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
      copy(
          directory,
          args.length > 1 ? Integer.parseInt(args[1]) : 5_000_000,
          args.length > 2 ? Integer.parseInt(args[2]) : 3);
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
        psqlIn.add(psql(postgres, "\\copy m from '" + csv + "' csv header"));
        psqlOut.add(psql(postgres, "\\copy m to '" + out + "' csv header"));
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

  private static double psql(LocalPostgres postgres, String command)
      throws IOException, InterruptedException {
    return Measured.run(
            List.of(
                "psql",
                "-q",
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(postgres.port()),
                "-U",
                postgres.user(),
                "-d",
                "postgres",
                "-c",
                command))
        .seconds();
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
