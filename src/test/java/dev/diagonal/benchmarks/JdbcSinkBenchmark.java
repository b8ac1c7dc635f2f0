package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.JdbcSinks.Way;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PgPass;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures {@code WriteToJdbc} beside raw COPY and JdbcIO, by turns and in one JVM, on the
 * DirectRunner and Flink [local], and writes the table into {@code src/test/benchmarks/jdbc.md} and
 * {@code docs/sinks.md}. After every run the rows are counted and summed.
 *
 * <p>Arguments: millions of rows (1) and rounds (3), then any of {@code insert}, {@code upsert},
 * {@code reshuffle}, {@code direct}, {@code flink}, {@code raw} to measure only these, and {@code
 * dry} to leave the files alone.
 *
 * <p>Takes about ten minutes, and 2 GB of disk.
 */
public final class JdbcSinkBenchmark {

  private static final Path RESULTS = Path.of("src", "test", "benchmarks", "jdbc.md");
  private static final Path DOCS = Path.of("docs", "sinks.md");
  private static final String MARK = "<!-- jdbc benchmark -->";
  private static final int CONNECTIONS = 2;

  private final LocalPostgres server;
  private final ServerSql sql;
  private final JdbcSinks sinks;
  private final CpuSeconds cpu;
  private final long rows;
  private final int rounds;
  private final List<String> only;
  private final Map<String, List<Double>> seconds = new LinkedHashMap<>();
  private final Map<String, List<Double>> cpuSeconds = new LinkedHashMap<>();

  private JdbcSinkBenchmark(LocalPostgres server, long rows, int rounds, List<String> only)
      throws SQLException {
    this.server = server;
    this.sql = new ServerSql(server);
    this.sinks = new JdbcSinks(server.jdbcUrl(), server.user());
    this.rows = rows;
    this.rounds = rounds;
    this.only = only;
    this.cpu = CpuSeconds.with(server);
  }

  private interface Run {
    void run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    List<Integer> numbers = new ArrayList<>();
    List<String> only = new ArrayList<>();
    for (String arg : args) {
      if (arg.matches("[0-9]+")) {
        numbers.add(Integer.parseInt(arg));
      } else {
        only.add(arg);
      }
    }
    long rows = 1_000_000L * (numbers.isEmpty() ? 1 : numbers.get(0));
    int rounds = numbers.size() < 2 ? 3 : numbers.get(1);
    PgPass.use();
    try (LocalPostgres server =
        LocalPostgres.configure()
            .withSetting("synchronous_commit", "off")
            .withSetting("autovacuum", "off")
            .withSetting("shared_buffers", "1GB")
            .withSetting("wal_level", "minimal")
            .withSetting("max_wal_senders", "0")
            .withSetting("max_wal_size", "8GB")
            .start()) {
      CreateTable.ifMissing(JdbcTarget.at(server.jdbcUrl()).withUser(server.user()), SinkRow.TABLE);
      JdbcSinkBenchmark benchmark = new JdbcSinkBenchmark(server, rows, rounds, only);
      benchmark.measure();
      benchmark.report();
    }
    System.exit(0);
  }

  private void measure() throws Exception {
    RawCopy raw = new RawCopy(rows);
    WriterFromMemory memory = new WriterFromMemory(rows);
    for (int round = 0; round <= rounds; round++) { // the first warms up
      if (wants("raw")) {
        fromMemory(round, raw, memory);
      }
      for (boolean flink : new boolean[] {false, true}) {
        for (boolean upsert : new boolean[] {false, true}) {
          if (!wants(flink ? "flink" : "direct") || !wants(upsert ? "upsert" : "insert")) {
            continue;
          }
          for (Way way : Way.values()) {
            if (way != Way.NOTHING || !upsert) {
              pipeline(round, way, flink, upsert, false, rows);
            }
          }
        }
      }
      if (wants("reshuffle")) {
        // A Reshuffle of single rows alone takes the DirectRunner milliseconds of CPU a row.
        for (Way way : List.of(Way.NOTHING, Way.JDBC_IO_REWRITE, Way.DIAGONAL_ROWS)) {
          pipeline(round, way, false, false, true, rows / 200);
        }
      }
    }
  }

  private void fromMemory(int round, RawCopy raw, WriterFromMemory memory) throws Exception {
    String writer = "JdbcBlockWriter";
    if (wants("insert")) {
      String kind = "insert, from memory";
      measure(
          round,
          kind,
          "raw COPY, encoded before",
          false,
          rows,
          () -> raw.run(server.jdbcUrl(), server.user(), CONNECTIONS));
      measure(
          round, kind, writer, false, rows, () -> memory.run(sinks.diagonal(false), CONNECTIONS));
    }
    if (wants("upsert")) {
      measure(
          round,
          "upsert, from memory",
          writer,
          true,
          rows,
          () -> memory.run(sinks.diagonal(true), CONNECTIONS));
    }
  }

  private boolean wants(String what) {
    List<String> kinds = List.of("insert", "upsert", "reshuffle");
    List<String> group = kinds.contains(what) ? kinds : List.of("direct", "flink", "raw");
    return only.stream().noneMatch(group::contains) || only.contains(what);
  }

  private void pipeline(
      int round, Way way, boolean flink, boolean upsert, boolean reshuffle, long count)
      throws Exception {
    String kind =
        (upsert ? "upsert" : "insert")
            + (flink ? ", Flink [local]" : ", DirectRunner")
            + (reshuffle ? ", after a Reshuffle" : "");
    measure(
        round,
        kind,
        way.words,
        upsert,
        way == Way.NOTHING ? 0 : count,
        () -> sinks.run(way, flink, upsert, reshuffle, count));
  }

  private void measure(int round, String kind, String way, boolean upsert, long expected, Run run)
      throws Exception {
    sql.execute("TRUNCATE sink_rows");
    if (upsert) {
      sql.execute(
          "INSERT INTO sink_rows SELECT i, 0, 0, 0, 'old' FROM generate_series(0, %d, 2) AS i"
              .formatted(rows - 1));
    }
    sql.execute("CHECKPOINT");
    System.gc();
    double cpuBefore = cpu.now();
    long start = System.nanoTime();
    run.run();
    double taken = (System.nanoTime() - start) / 1e9;
    double burnt = cpu.now() - cpuBefore;
    System.out.printf(
        Locale.ROOT, "%d: %-50s %-32s %7.2f s %7.2f CPU s%n", round, kind, way, taken, burnt);
    check(expected);
    if (round > 0) {
      String name = kind + "|" + way;
      seconds.computeIfAbsent(name, n -> new ArrayList<>()).add(taken);
      cpuSeconds.computeIfAbsent(name, n -> new ArrayList<>()).add(burnt);
    }
  }

  private void check(long expected) throws SQLException {
    long found = sql.number("SELECT count(*) FROM sink_rows WHERE title LIKE 'movie number %'");
    long sum = sql.number("SELECT coalesce(sum(id), 0) FROM sink_rows");
    if (found != expected || sum != expected * (expected - 1) / 2) {
      throw new IllegalStateException(found + " rows of " + expected + " are right");
    }
  }

  private void report() throws IOException {
    StringBuilder table =
        new StringBuilder(
            "| what | rows by | wall s | CPU s | Diagonal with rows is, by wall and CPU | with"
                + " blocks |\n|---|---|---:|---:|---:|---:|\n");
    for (String name : seconds.keySet()) {
      String kind = name.substring(0, name.indexOf('|'));
      boolean isRival = name.contains("JdbcIO");
      table.append(
          "| %s | %s | %.2f | %.2f | %s | %s |%n"
              .formatted(
                  kind,
                  name.substring(name.indexOf('|') + 1),
                  median(seconds, name),
                  median(cpuSeconds, name),
                  isRival ? ratios(name, kind + "|" + Way.DIAGONAL_ROWS.words) : "",
                  isRival ? ratios(name, kind + "|" + Way.DIAGONAL_BLOCKS.words) : ""));
    }
    table.append(
        "%n%,d rows of 5 columns in key order (after a Reshuffle a 200th of that), upserts with half of them existing; medians of %d rounds by turns after one that warms up, one JVM, %d cores, Java %s, PostgreSQL 16 on the same machine, fsync and synchronous_commit off; CPU seconds are those of the JVM and the server; raw COPY has %d connections. Single rows cost a runner what \"nothing\" shows, whoever writes them; blocks do not.%n"
            .formatted(
                rows,
                rounds,
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().feature(),
                CONNECTIONS));
    System.out.println(table);
    if (only.contains("dry")) {
      return;
    }
    ResultPages.write(RESULTS, table);
    ResultPages.between(DOCS, MARK, table);
  }

  private String ratios(String rival, String ours) {
    return seconds.containsKey(ours)
        ? "%.1fx, %.1fx"
            .formatted(
                median(seconds, rival) / median(seconds, ours),
                median(cpuSeconds, rival) / median(cpuSeconds, ours))
        : "";
  }

  private static double median(Map<String, List<Double>> values, String name) {
    return Median.of(values.getOrDefault(name, List.of()));
  }
}
