package dev.diagonal.soak;

import dev.diagonal.soak.Event.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * What the rounds of a soak have in common.
 *
 * @param directory for the files of the round
 * @param random draws the shapes of loads
 */
record Rounds(
    int number, Path directory, Servers servers, History history, SplittableRandom random) {

  private static final List<List<String>> RUNNERS =
      List.of(
          List.of("--runner=DirectRunner"),
          List.of("--runner=FlinkRunner", "--flinkMaster=[local]", "--parallelism=2"));

  /** Draws the round. */
  Round draw() throws Exception {
    return switch (random.nextInt(9)) {
      case 0, 1, 2 -> new EdgesRound(this);
      case 3, 4 -> new TransferRound(this);
      case 5, 6 -> new RatingsRound(this);
      case 7 -> new GraphRound(this);
      default -> new IndexRound(this);
    };
  }

  /** Draws the options of a runner. */
  List<String> runner() {
    return oneOf(RUNNERS);
  }

  <T> T oneOf(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  ChaosRelay relayToPostgres() throws Exception {
    return ChaosRelay.to(servers.postgres().port(), "COMMIT");
  }

  /** Makes a client of PostgreSQL that has a relay and sessions of its own name. */
  Client client(
      String name,
      String database,
      List<ChaosRelay> relays,
      Client.Outcome outcome,
      String... options) {
    String url =
        "jdbc:postgresql://127.0.0.1:%d/%s?ApplicationName=%s&socketTimeout=10"
            .formatted(relays.get(0).port(), database, sessionsOf(name));
    List<String> command =
        Stream.concat(
                Stream.of(options),
                Stream.of("--jdbcUrl=" + url, "--jdbcUser=" + servers.postgres().user()))
            .toList();
    return new Client(name, command, relays, outcome, random.split());
  }

  /** Records how many rows are stored after a success; asks for another run after a failure. */
  Client.Outcome untilSuccess(String name, LongSupplier stored, long rows) {
    return isSuccess -> {
      if (isSuccess) {
        history.expect(Kind.REPORTED, name, stored.getAsLong(), rows);
      }
      return !isSuccess;
    };
  }

  /** Waits until what the client has sent is committed, or never will be. */
  void awaitNoSessionsOf(String client) {
    servers.awaitNoSessions(sessionsOf(client));
  }

  private String sessionsOf(String client) {
    return "soak-" + number + "-" + client;
  }
}
