package dev.diagonal.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.PgPass;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures what {@code --report} costs: the same commands with and without it, by turns in one warm
 * JVM, the seconds of each run and the CPU seconds of this JVM. The page is written within the time
 * that is measured. Writes the table into {@code docs/report.md}.
 *
 * <p>Arguments: the number of rows (1,000,000) and of rounds (7).
 *
 * <p>Takes about ten minutes, and 2 GB of memory.
 */
public final class ReportBenchmark {

  private static final Path DATA = Path.of("target", "benchmark", "report");
  private static final Path PAGE = Path.of("docs", "report.md");
  private static final String MARK = "<!-- report benchmark -->";

  private final LocalPostgres postgres;
  private final int rows;

  /** A run: how long it took, and the CPU time of this JVM. */
  private record Cost(double seconds, double cpuSeconds) {}

  private ReportBenchmark(LocalPostgres postgres, int rows) {
    this.postgres = postgres;
    this.rows = rows;
  }

  public static void main(String[] args) throws Exception {
    int rows = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
    PgPass.use();
    try (LocalPostgres postgres = LocalPostgres.start()) {
      String table = new ReportBenchmark(postgres, rows).table(rounds);
      System.out.println(table);
      ResultPages.between(PAGE, MARK, table);
    }
    System.exit(0);
  }

  private String table(int rounds) throws Exception {
    Path edges = new EdgeFiles(50_000, 0).write(Files.createDirectories(DATA), "edges", rows, 1);
    String server = "--jdbcUrl=%s --jdbcUser=%s".formatted(postgres.jdbcUrl(), postgres.user());
    StringBuilder table =
        new StringBuilder(
            """
            | command | without, s | with, s | | without, CPU s | with, CPU s | |
            |---|---:|---:|---:|---:|---:|---:|
            """);
    for (String command :
        List.of(
            "load-edges --edgeColumns=part --input=%s %s".formatted(edges, server),
            "load-edges --counts=folded --edgeColumns=part --input=%s %s".formatted(edges, server),
            "transfer --from=csv:%s --to=jdbc:report_rows %s".formatted(edges, server),
            "transfer --from=csv:%s --to=csv:%s".formatted(edges, DATA.resolve("out.csv")))) {
      table.append(row(command, rounds));
    }
    return table
        .append(
            String.format(
                Locale.ROOT,
                "%n%,d rows; medians of %d rounds by turns in one warm JVM, %d cores, Java %s, PostgreSQL 16 on the same machine.%n",
                rows,
                rounds,
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().feature()))
        .toString();
  }

  private String row(String command, int rounds) throws Exception {
    List<Cost> without = new ArrayList<>();
    List<Cost> with = new ArrayList<>();
    String reported = command + " --report=" + DATA.resolve("run.html");
    for (int round = -1; round < rounds; round++) { // the first one only warms up
      boolean plainFirst = round % 2 == 0;
      Cost first = run(plainFirst ? command : reported);
      Cost second = run(plainFirst ? reported : command);
      if (round >= 0) {
        without.add(plainFirst ? first : second);
        with.add(plainFirst ? second : first);
      }
    }
    String name = command.replaceAll(" --(edgeColumns|input|jdbc\\w+)=\\S+", "");
    String row =
        String.format(
            Locale.ROOT,
            "| `%s` | %s | %s |%n",
            name.replaceAll("(csv|jdbc):\\S+", "$1:…"),
            columns(
                without.stream().map(Cost::seconds).toList(),
                with.stream().map(Cost::seconds).toList()),
            columns(
                without.stream().map(Cost::cpuSeconds).toList(),
                with.stream().map(Cost::cpuSeconds).toList()));
    System.out.print(row);
    return row;
  }

  private static String columns(List<Double> without, List<Double> with) {
    double plain = Median.of(without);
    double reported = Median.of(with);
    return String.format(
        Locale.ROOT, "%.2f | %.2f | %+.1f %%", plain, reported, 100 * (reported / plain - 1));
  }

  private Cost run(String command) throws Exception {
    new ServerSql(postgres)
        .execute("DROP TABLE IF EXISTS edges, nodes, report_rows CASCADE; CHECKPOINT");
    Files.deleteIfExists(DATA.resolve("out.csv"));
    System.gc(); // so that no run pays for the one before
    long start = System.nanoTime();
    double cpu = cpuSeconds();
    Launched launched = Launched.with(Main.COMMANDS, command.split(" "));
    Cost cost = new Cost((System.nanoTime() - start) / 1e9, cpuSeconds() - cpu);
    if (launched.exitCode() != ExitCode.DONE) {
      throw new IllegalStateException(command + ": " + launched);
    }
    return cost;
  }

  private static double cpuSeconds() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime()
        / 1e9;
  }
}
