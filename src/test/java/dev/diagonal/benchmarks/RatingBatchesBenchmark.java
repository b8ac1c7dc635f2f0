package dev.diagonal.benchmarks;

import dev.diagonal.internal.jobs.schema.JobSchema;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.BatchPlan;
import dev.diagonal.jobs.BatchWorker;
import dev.diagonal.jobs.ProcessBatches;
import dev.diagonal.jobs.ProcessedBatch;
import dev.diagonal.jobs.Publication;
import dev.diagonal.jobs.WorkSettings;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PgPass;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.values.PCollection;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Measures the work on a job table and its publication beside the other ways to total ratings that
 * lie in PostgreSQL, by turns and in one JVM that is warm, and writes the table into {@code
 * src/test/benchmarks/batches.md} and docs/benchmarks.md. The published totals are compared after
 * every run of a way that publishes some: of the bare COPY rows are counted, of JdbcIO nothing.
 *
 * <p>Arguments: the number of ratings (5,000,000), of rounds (5), and of ratings a batch
 * (1,000,000).
 *
 * <p>Takes about ten minutes, and 3 GB of disk.
 */
public final class RatingBatchesBenchmark {

  private static final Path RESULTS = Path.of("src", "test", "benchmarks", "batches.md");
  private static final Path PAGE = Path.of("docs", "benchmarks.md");
  private static final String MARK = "<!-- batches benchmark -->";
  private static final int MOVIES = 9_724;
  private static final int WORKERS = 2;

  private final LocalPostgres server;
  private final ServerSql sql;
  private final JdbcTarget database;
  private final JobTables tables = JobTables.DEFAULT;
  private final long ratings;
  private final int rounds;
  private final long batchRows;
  private final List<long[]> ranges = new ArrayList<>();
  private String expected = "";

  private RatingBatchesBenchmark(LocalPostgres server, long ratings, int rounds, long batchRows) {
    this.server = server;
    this.sql = new ServerSql(server);
    this.database = JdbcTarget.at(server.jdbcUrl()).withUser(server.user());
    this.ratings = ratings;
    this.rounds = rounds;
    this.batchRows = batchRows;
  }

  /** What is measured. */
  private enum Way {
    DIAGONAL("Diagonal: two workers, staging, publication"),
    DATABASE("INSERT … SELECT … GROUP BY in the database"),
    DRAIN("COPY of the same ranges, two connections, nothing done with it"),
    CURSOR("a JDBC cursor and a HashMap, two workers, batched inserts, publication"),
    JDBC_IO("JdbcIO.readWithPartitions > Combine.perKey, Flink [local]");

    private final String words;

    Way(String words) {
      this.words = words;
    }
  }

  public static void main(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    PgPass.use();
    try (LocalPostgres server =
        LocalPostgres.configure()
            .withSetting("shared_buffers", "1GB")
            .withSetting("synchronous_commit", "off")
            .withSetting("autovacuum", "off")
            .start()) {
      RatingBatchesBenchmark benchmark =
          new RatingBatchesBenchmark(
              server,
              args.length > 0 ? Long.parseLong(args[0]) : 5_000_000,
              args.length > 1 ? Integer.parseInt(args[1]) : 5,
              args.length > 2 ? Long.parseLong(args[2]) : 1_000_000);
      benchmark.prepare();
      benchmark.measure();
    }
    System.exit(0);
  }

  private void prepare() throws Exception {
    sql.execute(
        """
        CREATE TABLE ratings (rating_id bigint PRIMARY KEY, user_id bigint NOT NULL,
          movie_id bigint NOT NULL, rating numeric(10,3) NOT NULL);
        SELECT setseed(0.42);
        INSERT INTO ratings SELECT n, n / 150, 1 + floor(power(random(), 3) * %d),
          (1 + floor(random() * 10)) / 2 FROM generate_series(1, %d) AS n;
        """
            .formatted(MOVIES, ratings));
    sql.execute("VACUUM (ANALYZE, FREEZE) ratings");
    JobSchema.createIfMissing(database, tables);
    reset();
    expected = "";
    inDatabase();
    expected = checksum();
  }

  private void measure() throws Exception {
    Map<Way, List<Double>> seconds = new LinkedHashMap<>();
    List<Double> plans = new ArrayList<>();
    List<Double> works = new ArrayList<>();
    for (int round = -1; round < rounds; round++) {
      for (Way way : Way.values()) {
        if (way == Way.JDBC_IO && round != 0) {
          continue; // as long as all others together
        }
        reset();
        double planned =
            time(
                () -> {
                  BatchPlan.Planned unused = BatchPlan.plan(database, tables, batchRows, true);
                });
        if (ranges.isEmpty()) {
          readRanges();
        }
        sql.execute("CHECKPOINT");
        double[] worked = new double[1];
        double taken =
            time(
                () -> {
                  switch (way) {
                    case DIAGONAL -> {
                      worked[0] = time(this::work);
                      Publication.Published unused = Publication.publish(database, tables, false);
                    }
                    case DATABASE -> inDatabase();
                    case DRAIN -> drain();
                    case CURSOR -> cursor();
                    case JDBC_IO ->
                        JdbcIoRatings.run(server.jdbcUrl(), server.user(), ratings, WORKERS);
                  }
                });
        boolean exact = way == Way.DRAIN || way == Way.JDBC_IO || checksum().equals(expected);
        System.out.printf("round %d, %-9s %6.3f s, plan %.3f s%n", round, way, taken, planned);
        if (!exact) {
          throw new IllegalStateException(way + " has other totals");
        }
        if (round >= 0) {
          seconds.computeIfAbsent(way, unused -> new ArrayList<>()).add(taken);
          if (way == Way.DIAGONAL) {
            plans.add(planned);
            works.add(worked[0]);
          }
        }
      }
    }
    report(seconds, plans, works);
  }

  private void work() throws Exception {
    inParallel(
        () -> {
          try (BatchWorker worker = new BatchWorker(database, tables, WorkSettings.DEFAULT)) {
            worker.processAll((batch, badRows) -> {});
          }
          return null;
        });
  }

  private void inDatabase() throws SQLException {
    sql.execute(
        "INSERT INTO movie_rating_totals SELECT movie_id, count(*), sum(rating), round(sum(rating) /"
            + " count(*), 6), min(rating), max(rating) FROM ratings GROUP BY movie_id");
  }

  private void drain() throws Exception {
    AtomicInteger next = new AtomicInteger();
    inParallel(
        () -> {
          try (Connection connection = sql.connect()) {
            for (int i = next.getAndIncrement(); i < ranges.size(); i = next.getAndIncrement()) {
              CopyOut copy =
                  connection
                      .unwrap(PGConnection.class)
                      .getCopyAPI()
                      .copyOut(
                          "COPY (SELECT movie_id, rating FROM ratings WHERE rating_id BETWEEN %d AND %d) TO STDOUT (FORMAT binary)"
                              .formatted(ranges.get(i)[0], ranges.get(i)[1]));
              long rows = 0;
              while (copy.readFromCopy() != null) {
                rows++;
              }
              if (rows < ranges.get(i)[2]) {
                throw new IllegalStateException("only " + rows + " rows");
              }
            }
          }
          return null;
        });
  }

  /** The worker as articles usually show it. */
  private void cursor() throws Exception {
    AtomicInteger next = new AtomicInteger();
    inParallel(
        () -> {
          try (Connection connection = sql.connect()) {
            connection.setAutoCommit(false);
            for (int i = next.getAndIncrement(); i < ranges.size(); i = next.getAndIncrement()) {
              cursor(connection, i + 1, ranges.get(i));
              connection.commit();
            }
          }
          return null;
        });
    sql.execute(
        "INSERT INTO movie_rating_totals SELECT movie_id, sum(rating_count), sum(rating_sum),"
            + " round(sum(rating_sum) / sum(rating_count), 6), min(rating_min), max(rating_max)"
            + " FROM staging.movie_ratings GROUP BY movie_id");
  }

  private record Total(long count, BigDecimal sum, BigDecimal min, BigDecimal max) {}

  private static void cursor(Connection connection, int batch, long[] range) throws SQLException {
    Map<Long, Total> totals = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT movie_id, rating FROM ratings WHERE rating_id BETWEEN ? AND ?")) {
      select.setFetchSize(1_000);
      select.setLong(1, range[0]);
      select.setLong(2, range[1]);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          BigDecimal rating = result.getBigDecimal("rating");
          totals.merge(
              result.getLong("movie_id"),
              new Total(1, rating, rating, rating),
              (a, b) ->
                  new Total(
                      a.count + b.count, a.sum.add(b.sum), a.min.min(b.min), a.max.max(b.max)));
        }
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO staging.movie_ratings (batch_id, attempt, movie_id, rating_count,"
                + " rating_sum, rating_min, rating_max) VALUES (?, 1, ?, ?, ?, ?, ?)")) {
      int held = 0;
      for (Map.Entry<Long, Total> movie : totals.entrySet()) {
        insert.setInt(1, batch);
        insert.setLong(2, movie.getKey());
        insert.setLong(3, movie.getValue().count);
        insert.setBigDecimal(4, movie.getValue().sum);
        insert.setBigDecimal(5, movie.getValue().min);
        insert.setBigDecimal(6, movie.getValue().max);
        insert.addBatch();
        if (++held % 1_000 == 0) {
          insert.executeBatch();
        }
      }
      insert.executeBatch();
    }
  }

  /** What a runner takes to find that there is nothing to do. */
  private double start(String... options) throws Exception {
    return time(
        () -> {
          Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(options).create());
          PCollection<ProcessedBatch> unused = pipeline.apply(ProcessBatches.in(database, tables));
          pipeline.run().waitUntilFinish();
        });
  }

  private void report(Map<Way, List<Double>> seconds, List<Double> plans, List<Double> works)
      throws Exception {
    double ours = Median.of(seconds.getOrDefault(Way.DIAGONAL, List.of()));
    StringBuilder table =
        new StringBuilder("| way | s | ratings/s | ours is |\n|---|---:|---:|---|\n");
    for (Way way : Way.values()) {
      double taken = Median.of(seconds.getOrDefault(way, List.of()));
      table.append(
          "| %s | %.2f | %,.0f | %s |%n"
              .formatted(
                  way.words,
                  taken,
                  ratings / taken,
                  way == Way.DIAGONAL ? "" : "%.2f times as fast".formatted(taken / ours)));
    }
    work(); // what is left over, so that the runners find nothing to do
    double direct =
        start("--runner=DirectRunner", "--targetParallelism=2", "--enforceImmutability=false");
    double flink =
        start(
            "--runner=FlinkRunner",
            "--flinkMaster=[local]",
            "--parallelism=2",
            "--streaming=false");
    table.append(
        "%n%,d ratings of %,d movies in batches of %,d. Of ours %.2f s are the work and the rest the publication; the plan, before that, takes %.2f s. A runner comes on top, once: the DirectRunner %.1f s, Flink [local] %.1f s.%n"
            .formatted(
                ratings, MOVIES, batchRows, Median.of(works), Median.of(plans), direct, flink));
    table.append(
        "Medians of %d rounds by turns (JdbcIO once), one JVM that is warm, %d cores for it and for PostgreSQL 16, Java %s, synchronous_commit off.%n"
            .formatted(
                rounds, Runtime.getRuntime().availableProcessors(), Runtime.version().feature()));
    System.out.println(table);
    ResultPages.write(RESULTS, table);
    intoReadme(table.toString());
  }

  private static void intoReadme(String text) throws IOException {
    ResultPages.between(PAGE, MARK, text);
  }

  private void reset() throws SQLException {
    sql.execute(
        "TRUNCATE movie_rating_totals, staging.movie_ratings, jobs.aggregation_batches RESTART IDENTITY");
  }

  private void readRanges() throws SQLException {
    try (Connection connection = sql.connect();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT lower_id, upper_id, planned_rows FROM jobs.aggregation_batches ORDER BY 1")) {
      while (result.next()) {
        ranges.add(new long[] {result.getLong(1), result.getLong(2), result.getLong(3)});
      }
    }
  }

  private String checksum() throws SQLException {
    try (Connection connection = sql.connect();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT count(*) || ' ' || md5(string_agg(t::text, ';' ORDER BY movie_id)) FROM movie_rating_totals AS t")) {
      result.next();
      return result.getString(1);
    }
  }

  private static void inParallel(Callable<?> task) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(WORKERS);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        futures.add(executor.submit(task));
      }
      for (Future<?> future : futures) {
        Object unused = future.get();
      }
    } finally {
      executor.shutdown();
    }
  }

  private interface Run {
    void run() throws Exception;
  }

  private static double time(Run run) throws Exception {
    long start = System.nanoTime();
    run.run();
    return (System.nanoTime() - start) / 1e9;
  }
}
