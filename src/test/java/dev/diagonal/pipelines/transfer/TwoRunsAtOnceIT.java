package dev.diagonal.pipelines.transfer;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launcher;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs two transfers into one table; the second starts at a random moment of the first. Both must
 * succeed, and leave the table as if one had followed the other.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(PostgresExtension.class)
final class TwoRunsAtOnceIT {

  private static final long SEED = 151;
  private static final int OLD_ROWS = 300;
  private static final int ROWS = 2_000;
  private static final Duration BOUND = Duration.ofMinutes(2);

  /**
   * One of two transfers.
   *
   * @param first its first id
   * @param value the value of each of its rows
   */
  private record Load(String mode, int first, String value) {

    Stream<String> rows() {
      return LongStream.range(first, first + ROWS).mapToObj(id -> id + "," + value);
    }

    /** Returns what it makes of the rows that it finds. */
    List<String> after(List<String> before) {
      Stream<String> kept =
          switch (mode) {
            case "replace" -> Stream.of();
            case "upsert" -> before.stream().filter(row -> !has(row));
            default -> before.stream();
          };
      return Stream.concat(kept, rows()).sorted().toList();
    }

    private boolean has(String row) {
      long id = Long.parseLong(row.substring(0, row.indexOf(',')));
      return id >= first && id < first + ROWS;
    }
  }

  /**
   * Two transfers that meet.
   *
   * @param transaction {@code all}, or {@code each} where the transfers write different rows
   * @param isThere whether the table exists; if not, either transfer may create it
   */
  private record Race(
      boolean hasKey, String transaction, boolean isThere, Load first, Load second) {

    static Race of(SplittableRandom random) {
      boolean hasKey = random.nextBoolean();
      String transaction = random.nextInt(4) == 0 ? "each" : "all";
      List<String> modes = new ArrayList<>(List.of(hasKey ? "upsert" : "insert"));
      if (transaction.equals("all")) {
        modes.add("replace");
      }
      int start = hasKey && transaction.equals("all") ? OLD_ROWS + ROWS / 2 : OLD_ROWS + ROWS;
      return new Race(
          hasKey,
          transaction,
          random.nextInt(3) > 0,
          new Load(modes.get(random.nextInt(modes.size())), OLD_ROWS, "a"),
          new Load(modes.get(random.nextInt(modes.size())), start, "b"));
    }

    List<String> before() {
      return isThere
          ? LongStream.rangeClosed(1, OLD_ROWS).mapToObj(id -> id + ",old").toList()
          : List.of();
    }

    /** Returns the table after either order. */
    List<List<String>> allowed() {
      return List.of(second.after(first.after(before())), first.after(second.after(before())));
    }
  }

  private final Path directory;
  private final EdgeDatabase database;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private long undisturbedMillis;

  TwoRunsAtOnceIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeAll
  void measure() throws Exception {
    Race race = new Race(true, "all", true, new Load("upsert", 1, "a"), new Load("upsert", 1, "b"));
    prepare(race);
    for (int i = 0; i < 2; i++) { // the first is slower than all that follow
      long startNanos = System.nanoTime();
      assertThat(launch(args(race, race.first))).isZero();
      undisturbedMillis = (System.nanoTime() - startNanos) / 1_000_000;
    }
  }

  @AfterAll
  void stop() throws SQLException {
    threads.shutdown();
    database.execute("DROP TABLE IF EXISTS raced");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void leaveTheTableAsOneAfterTheOther(int round) throws Exception {
    race(round, false);
  }

  @Tag("large") // a hundred rounds, ten of them with a JVM of its own: some minutes
  @RepeatedTest(100)
  void hundredRacesEndLikeSequentialRuns(RepetitionInfo repetition) throws Exception {
    int round = repetition.getCurrentRepetition();
    race(round, round % 10 == 0);
  }

  private void race(int round, boolean inTwoJvms) throws Exception {
    SplittableRandom random = new SplittableRandom(SEED + round);
    Race race = Race.of(random);
    prepare(race);
    long delayMillis = (long) (undisturbedMillis * random.nextDouble());
    String what =
        "round %d of seed %d: %s, the second after %d of %d ms"
            .formatted(round, SEED, race, delayMillis, undisturbedMillis);
    List<String> firstArgs = args(race, race.first);
    List<String> secondArgs = args(race, race.second);

    CompletableFuture<Integer> first =
        CompletableFuture.supplyAsync(
            () -> inTwoJvms ? child(firstArgs) : launch(firstArgs), threads);
    CompletableFuture<Integer> second =
        CompletableFuture.supplyAsync(
            () -> launch(secondArgs),
            CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS, threads));

    assertThat(first.get(BOUND.toSeconds(), TimeUnit.SECONDS)).as(what).isZero();
    assertThat(second.get(BOUND.toSeconds(), TimeUnit.SECONDS)).as(what).isZero();
    List<String> rows =
        database.query("SELECT id || ',' || v FROM raced").stream().sorted().toList();
    assertThat(race.allowed().contains(rows))
        .as("%s: %d rows, counts %s", what, rows.size(), counts())
        .isTrue();
    assertThat(database.query("SELECT relname FROM pg_class WHERE relname ~ '^stage_.*_0$'"))
        .as(what)
        .isEmpty();
  }

  private List<String> counts() throws SQLException {
    return database.query("SELECT v || ' ' || count(*) FROM raced GROUP BY v ORDER BY v");
  }

  private void prepare(Race race) throws SQLException {
    database.execute("DROP TABLE IF EXISTS raced");
    if (race.isThere) {
      database.execute(
          "CREATE TABLE raced (id bigint %s, v text); INSERT INTO raced SELECT id, 'old' FROM generate_series(1, %d) AS id"
              .formatted(race.hasKey ? "PRIMARY KEY" : "", OLD_ROWS));
    }
  }

  private List<String> args(Race race, Load load) throws IOException {
    List<String> args = new ArrayList<>(List.of("transfer", "--to=jdbc:raced"));
    String lines = load.rows().collect(joining("\n", "id,v\n", "\n"));
    args.add("--from=csv:" + Files.writeString(directory.resolve(load.value + ".csv"), lines));
    args.add("--transaction=" + race.transaction);
    args.add("--mode=" + load.mode);
    args.addAll(List.of("--blockRows=100", "--commitRows=100"));
    if (race.hasKey) {
      args.add("--key=id");
    }
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + database.postgres().user());
    return args;
  }

  private static int launch(List<String> args) {
    ExitCode exitCode = new Launcher(Main.COMMANDS, Optional.empty()).launch(args);
    return exitCode.status();
  }

  private static int child(List<String> args) {
    List<String> all =
        new ArrayList<>(List.of("-Xmx400m", "-cp", System.getProperty("java.class.path")));
    all.add(Main.class.getName());
    all.addAll(args);
    return ChildJvm.run(all.toArray(String[]::new)).status();
  }
}
