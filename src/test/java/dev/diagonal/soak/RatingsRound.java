package dev.diagonal.soak;

import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.soak.Event.Kind;
import java.util.ArrayList;
import java.util.List;

/** Two processes plan, process and publish the same batches of ratings. */
final class RatingsRound implements Round {

  private static final String DATABASE = "soak_ratings";

  private final Rounds rounds;
  private final int ratings;
  private final JobDatabase database;
  private final List<Client> clients = new ArrayList<>();

  RatingsRound(Rounds rounds) throws Exception {
    this.rounds = rounds;
    this.ratings = 5_000 + rounds.random().nextInt(20_000);
    this.database = JobDatabase.create(rounds.servers().postgres(), DATABASE).withRatings(ratings);
    database.execute(
        """
        CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$;
        CREATE TRIGGER take_time AFTER INSERT ON %s EXECUTE FUNCTION take_time()"""
            .formatted(database.tables().stagingSql()));
    long batchRows = rounds.oneOf(List.of(100, 200, 500));
    for (String name : List.of("a", "b")) {
      clients.add(client(name, rounds.relayToPostgres(), batchRows));
    }
  }

  private Client client(String name, ChaosRelay relay, long batchRows) {
    List<String> options = new ArrayList<>(List.of("rating-batches", "--leaseSeconds=3"));
    options.addAll(List.of("--batchRows=" + batchRows, "--maxAttempts=20"));
    options.addAll(rounds.runner());
    return rounds.client(
        name,
        DATABASE,
        List.of(relay),
        rounds.untilSuccess(name, this::published, ratings),
        options.toArray(String[]::new));
  }

  private long published() {
    String sum = "SELECT coalesce(sum(rating_count), 0) FROM " + database.tables().totalsSql();
    return Servers.patiently(() -> database.number(sum));
  }

  @Override
  public List<Client> clients() {
    return clients;
  }

  @Override
  public String target() {
    return "nowhere";
  }

  @Override
  public void observe() throws Exception {
    String complete =
        "SELECT coalesce(sum(rows_read), 0) FROM %s WHERE status = 'complete'"
            .formatted(database.tables().batchesSql());
    rounds.history().add(Kind.SEEN, "ratings of batches", database.number(complete), "");
    // What is complete has its totals, once.
    String unequal =
        """
        SELECT count(*) FROM %s AS b LEFT JOIN (
          SELECT batch_id, sum(rating_count) AS n FROM %s GROUP BY batch_id) AS s USING (batch_id)
        WHERE (status = 'complete') <> (n IS NOT NULL) OR rows_read <> n"""
            .formatted(database.tables().batchesSql(), database.tables().stagingSql());
    rounds
        .history()
        .expect(Kind.INEXACT, "batches without their totals", database.number(unequal), 0);
  }

  @Override
  public void check() throws Exception {
    History history = rounds.history();
    String batches = database.tables().batchesSql();
    history.expect(
        Kind.STORE,
        "ratings of batches",
        Servers.patiently(() -> database.number("SELECT sum(rows_read) FROM " + batches)),
        ratings);
    history.expect(Kind.STORE, "ratings published", published(), ratings);
    String wrong = "";
    try {
      database.assertExact();
    } catch (AssertionError e) {
      wrong = String.valueOf(e.getMessage());
    }
    history.expect(Kind.STORE, "wrong totals: " + wrong, wrong.isEmpty() ? 0 : 1, 0);
  }

  @Override
  public String toString() {
    return clients + " " + ratings + " ratings in batches";
  }
}
