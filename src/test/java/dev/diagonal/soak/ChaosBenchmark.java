package dev.diagonal.soak;

import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PgPass;
import dev.diagonal.testing.ShiftedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The five cases of chaos that a queue of jobs must survive, for {@code rating-batches}: a worker
 * is killed, the server is restarted, connections are cut, a consumer is slow, and a worker's clock
 * is turned. Two processes of two workers process batches of 200 ms each; one of them is hit once
 * about a third is complete, and whoever has ended is started again. Prints how many batches a
 * second were completed without a fault and after it, and how many ratings the published totals
 * have lost or counted twice.
 *
 * <p>Arguments: the number of batches (600).
 *
 * <p>Takes about five minutes.
 */
public final class ChaosBenchmark {

  /** Of both processes. */
  private static final int WORKERS = 4;

  /** The last batches do not keep all workers busy. */
  private static final long LAST = 8;

  private static final int BATCH_ROWS = 20;
  private static final double BATCH_SECONDS = 0.2;
  private static final Duration BETWEEN_SAMPLES = Duration.ofMillis(50);
  private static final Duration BOUND = Duration.ofMinutes(5);
  private static final Duration CLOCK_SHIFT = Duration.ofHours(30);

  /** What goes wrong. */
  private enum Case {
    UNDISTURBED,
    WORKER_KILLED,
    SERVER_RESTARTED,
    CONNECTIONS_CUT,
    SLOW_CONSUMER,
    CLOCK_TURNED
  }

  /** How many batches were complete at a time. */
  private record Sample(double seconds, long complete) {}

  private final LocalPostgres postgres;
  private final Path directory;
  private final int batches;
  private final Case chaos;
  private final JobDatabase database;
  private final ChaosRelay relay;
  private final List<Sample> samples = new ArrayList<>();
  private final List<CommandJvm> running = new ArrayList<>();

  private ChaosBenchmark(LocalPostgres postgres, Path directory, int batches, Case chaos)
      throws Exception {
    this.postgres = postgres;
    this.directory = directory;
    this.batches = batches;
    this.chaos = chaos;
    this.database = JobDatabase.create(postgres, "chaos").withRatings(batches * BATCH_ROWS);
    this.relay = ChaosRelay.to(postgres.port(), "COMMIT");
    database.execute(
        """
        CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_sleep(%s); RETURN NULL; END $$;
        CREATE TRIGGER take_time AFTER INSERT ON %s EXECUTE FUNCTION take_time()"""
            .formatted(BATCH_SECONDS, database.tables().stagingSql()));
    long planned = database.plan(BATCH_ROWS).batches();
    if (planned != batches) {
      throw new IllegalStateException(planned + " batches were planned");
    }
  }

  public static void main(String[] args) throws Exception {
    int batches = args.length > 0 ? Integer.parseInt(args[0]) : 600;
    PgPass.use();
    Path directory = Files.createDirectories(Path.of("target", "chaos"));
    System.out.println(
        "| case | batches a second without it | and after it | recovered | lost or doubled |");
    System.out.println("|---|---:|---:|---:|---:|");
    try (LocalPostgres postgres = LocalPostgres.start()) {
      double undisturbed = 0;
      for (Case each : Case.values()) {
        ChaosBenchmark run = new ChaosBenchmark(postgres, directory, batches, each);
        double rate = run.run();
        undisturbed = each == Case.UNDISTURBED ? rate : undisturbed;
        System.out.printf(
            Locale.ROOT,
            "| %s | %.2f | %.2f | %.1f %% | %d |%n",
            each.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            undisturbed,
            rate,
            100 * rate / undisturbed,
            run.lostOrDoubled());
      }
    }
    System.exit(0);
  }

  /** Returns how many batches were completed a second once the fault was over. */
  private double run() throws Exception {
    try {
      running.add(start(relay.port(), List.of()));
      running.add(start(postgres.port(), List.of()));
      awaitComplete(batches / 3L);
      strike();
      awaitBothAtWork();
      double from = now();
      awaitComplete(batches - LAST);
      double rate = rateBetween(from, now());
      awaitComplete(batches);
      for (CommandJvm jvm : running) {
        if (jvm.await() != 0) {
          throw new IllegalStateException(jvm.said());
        }
      }
      return rate;
    } finally {
      running.forEach(CommandJvm::kill);
      relay.close();
    }
  }

  private CommandJvm start(int port, List<String> jvmOptions) throws IOException {
    String url = database.target().url().replace(":" + postgres.port() + "/", ":" + port + "/");
    return CommandJvm.start(
        directory,
        jvmOptions,
        List.of(
            "rating-batches",
            "--steps=work",
            "--leaseSeconds=2",
            "--maxAttempts=20",
            "--runner=DirectRunner",
            "--targetParallelism=2",
            "--jdbcUrl=" + url,
            "--jdbcUser=" + postgres.user()));
  }

  private void strike() throws Exception {
    switch (chaos) {
      case UNDISTURBED -> {}
      case WORKER_KILLED -> running.get(0).kill();
      case SERVER_RESTARTED -> postgres.restart();
      case CONNECTIONS_CUT -> {
        if (relay.cut() == 0) {
          throw new IllegalStateException("there was no connection");
        }
      }
      case SLOW_CONSUMER -> {
        relay.delay(300);
        long slowUntil = complete() + 20;
        awaitComplete(slowUntil);
        relay.delay(0);
      }
      case CLOCK_TURNED -> {
        running.remove(0).kill();
        running.add(0, start(relay.port(), ShiftedClock.jvmOptions(directory, CLOCK_SHIFT)));
      }
    }
  }

  /** Starts anew what has ended, and waits until both processes have claims. */
  private void awaitBothAtWork() throws Exception {
    for (int i = 0; i < running.size(); i++) {
      if (!running.get(i).process().isAlive()) {
        running.set(i, start(i == 0 ? relay.port() : postgres.port(), List.of()));
      }
    }
    // A worker that has died leaves a claim, whose lease nobody renews.
    String working =
        "SELECT count(*) FROM %s WHERE status = 'processing'"
                .formatted(database.tables().batchesSql())
            + " AND lease_until > clock_timestamp() + interval '1 second'";
    boolean atWork =
        Eventually.within(
            BOUND,
            () -> {
              if (complete() >= batches - LAST) {
                return true; // too late for a rate
              }
              for (int look = 0; look < 3; look++) {
                if (Servers.patiently(() -> database.number(working)) < WORKERS) {
                  return false;
                }
                boolean unused = Eventually.within(Duration.ofMillis(500), () -> false);
              }
              return true;
            });
    if (!atWork) {
      throw new IllegalStateException("not all workers work again");
    }
  }

  private static double now() {
    return System.nanoTime() / 1e9;
  }

  private long complete() {
    String complete =
        "SELECT count(*) FROM %s WHERE status = 'complete'"
            .formatted(database.tables().batchesSql());
    return Servers.patiently(() -> database.number(complete));
  }

  private void awaitComplete(long number) {
    boolean inTime =
        Eventually.within(
            BOUND,
            () -> {
              long complete = complete();
              samples.add(new Sample(now(), complete));
              return complete >= number || Eventually.within(BETWEEN_SAMPLES, () -> false);
            });
    if (!inTime) {
      throw new IllegalStateException("only " + complete() + " batches are complete");
    }
  }

  private double rateBetween(double from, double to) {
    List<Sample> between =
        samples.stream().filter(each -> each.seconds >= from && each.seconds <= to).toList();
    if (between.size() < 2) {
      return Double.NaN; // all was complete before both processes worked again
    }
    Sample first = between.get(0);
    Sample last = between.get(between.size() - 1);
    return (last.complete - first.complete) / (last.seconds - first.seconds);
  }

  /** Publishes, and returns by how many ratings the totals differ from what they must be. */
  private long lostOrDoubled() throws Exception {
    String notOnce =
        """
        SELECT coalesce(sum(abs(coalesce(t.rating_count, 0) - coalesce(r.n, 0))), 0) FROM %s AS t
        FULL JOIN (SELECT %s AS movie_id, count(*) AS n FROM %s GROUP BY 1) AS r USING (movie_id)"""
            .formatted(
                database.tables().totalsSql(),
                database.tables().movieSql(),
                database.tables().ratingsSql());
    Object unused = database.publish();
    long wrong = database.number(notOnce);
    if (wrong == 0) {
      database.assertExact();
    }
    return wrong;
  }
}
