package dev.diagonal.soak;

import dev.diagonal.soak.Event.Kind;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.SmallDisk;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Disturbs the clients of a round: what it does follows from the seed, when depends on the load.
 */
final class Adversary {

  private static final String SESSIONS =
      "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'soak-%' ORDER BY pid";
  private static final Duration FIRST_SESSION = Duration.ofMinutes(5);

  private static final Set<Strike> OF_POSTGRES =
      EnumSet.of(
          Strike.BACKEND_TERMINATED,
          Strike.BACKEND_KILLED,
          Strike.SERVER_KILLED,
          Strike.SERVER_RESTARTED,
          Strike.TABLE_LOCKED);

  private final Rounds rounds;
  private final Round round;
  private final SplittableRandom random;
  private final List<Strike> strikes;

  Adversary(Rounds rounds, Round round) {
    this.rounds = rounds;
    this.round = round;
    this.random = rounds.random().split();
    this.strikes = new ArrayList<>(List.of(Strike.values()));
    strikes.remove(Strike.CLOCK_SHIFTED); // the clients do that when they start
    if (rounds.servers().disk() == null || round instanceof GraphRound) {
      strikes.remove(Strike.DISK_FILLED);
    }
    if (round instanceof GraphRound) { // none of its data is in PostgreSQL
      strikes.removeAll(OF_POSTGRES);
    }
    if (!(round instanceof IndexRound)) {
      strikes.remove(Strike.SEARCH_KILLED);
    }
  }

  /** Strikes again and again within the period, while clients run; then it lets all be. */
  void act(Duration period) throws Exception {
    boolean unused =
        Eventually.within(
            FIRST_SESSION,
            () ->
                isOver()
                    || (round instanceof GraphRound
                        ? round.clients().stream().anyMatch(Client::isConnected)
                        : !sessions().isEmpty()));
    long endNanos = System.nanoTime() + period.toNanos();
    while (!isOver() && System.nanoTime() < endNanos) {
      if (!Eventually.within(Duration.ofMillis(random.nextInt(100, 2_000)), this::isOver)) {
        strike(strikes.get(random.nextInt(strikes.size())));
      }
    }
    round.clients().forEach(client -> client.relays().forEach(ChaosRelay::calm));
  }

  private boolean isOver() {
    return round.clients().stream().allMatch(Client::isDone);
  }

  private List<String> sessions() {
    return Servers.patiently(() -> rounds.servers().database().query(SESSIONS));
  }

  private void strike(Strike strike) throws Exception {
    Client client = round.clients().get(random.nextInt(round.clients().size()));
    ChaosRelay relay = client.relays().get(random.nextInt(client.relays().size()));
    String hit =
        switch (strike) {
          case PROCESS_KILLED -> client.kill() ? client.toString() : "";
          case PROCESS_PAUSED -> client.pause(random.nextInt(500, 5_000)) ? client.toString() : "";
          case CLOCK_SHIFTED -> "";
          case BACKEND_TERMINATED -> terminate();
          case BACKEND_KILLED -> killBackend();
          case SERVER_KILLED -> {
            rounds.servers().postgres().kill();
            boolean unused =
                Eventually.within(Duration.ofMillis(random.nextInt(1_500)), () -> false);
            rounds.servers().postgres().restart();
            yield "PostgreSQL";
          }
          case SERVER_RESTARTED -> {
            rounds.servers().postgres().restart();
            yield "PostgreSQL";
          }
          case SEARCH_KILLED -> {
            rounds.servers().search().kill();
            rounds.servers().search().restart();
            yield "Elasticsearch";
          }
          case CONNECTIONS_CUT -> relay.cut() > 0 ? client.toString() : "";
          case ANSWERS_LOST -> {
            relay.loseAnswers(random.nextInt(1, 4));
            yield client.toString();
          }
          case ANSWERS_DELAYED -> {
            relay.delay(random.nextInt(5, 100));
            boolean unused = Eventually.within(Duration.ofSeconds(2), this::isOver);
            relay.delay(0);
            yield client.toString();
          }
          case CONNECTIONS_SILENT -> {
            relay.silence(random.nextInt(1, 3));
            yield client.toString();
          }
          case DISK_FILLED -> fillDisk();
          case TABLE_LOCKED -> lock(round.target());
        };
    if (!hit.isEmpty()) {
      rounds.history().add(Kind.STRIKE, strike.name(), 1, hit);
    }
  }

  private String terminate() {
    List<String> sessions = sessions();
    if (sessions.isEmpty()) {
      return "";
    }
    String session = sessions.get(random.nextInt(sessions.size()));
    rounds.servers().execute("SELECT pg_terminate_backend(" + session + ")");
    return "session " + session;
  }

  private String killBackend() throws Exception {
    List<String> sessions = sessions();
    if (sessions.isEmpty()) {
      return "";
    }
    String session = sessions.get(random.nextInt(sessions.size()));
    int status = new ProcessBuilder("kill", "-9", session).start().waitFor();
    return status == 0 ? "session " + session : "";
  }

  private String fillDisk() throws IOException {
    SmallDisk disk = Objects.requireNonNull(rounds.servers().disk());
    long unusedNumber = rounds.servers().number("SELECT 1"); // a recovery could not do without room
    try {
      disk.fillUpTo(random.nextInt(256));
      boolean unused =
          Eventually.within(Duration.ofMillis(random.nextInt(500, 4_000)), this::isOver);
    } finally {
      disk.makeRoom();
    }
    return "the disk of the tables";
  }

  private String lock(String table) {
    EdgeDatabase database = rounds.servers().database();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SET lock_timeout = '2s'");
      statement.execute("LOCK TABLE " + table + " IN SHARE MODE");
      boolean unused =
          Eventually.within(Duration.ofMillis(random.nextInt(500, 4_000)), this::isOver);
      return table;
    } catch (SQLException e) {
      return ""; // the table is busy, or there is none
    }
  }
}
