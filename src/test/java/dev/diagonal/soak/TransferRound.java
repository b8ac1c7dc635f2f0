package dev.diagonal.soak;

import dev.diagonal.soak.Event.Kind;
import java.util.ArrayList;
import java.util.List;

/** Two transfers into tables of their own, some of which become visible at once. */
final class TransferRound implements Round {

  private static final int OLD_ROWS = 500;

  /** How a table is written. */
  private enum Way {
    UPSERT_EACH("--key=id", "--transaction=each"),
    UPSERT_ALL("--key=id", "--transaction=all"),
    REPLACE_ALL("--mode=replace", "--transaction=all"),
    INSERT_ALL("--transaction=all", "--mode=insert");

    private final List<String> options;

    Way(String... options) {
      this.options = List.of(options);
    }

    boolean isAllOrNone() {
      return this != UPSERT_EACH;
    }
  }

  private final Rounds rounds;
  private final int rows;
  private final List<Client> clients = new ArrayList<>();
  private final List<Way> ways = new ArrayList<>();

  TransferRound(Rounds rounds) throws Exception {
    this.rounds = rounds;
    this.rows = 10_000 + rounds.random().nextInt(30_000);
    for (int i = 0; i < 2; i++) {
      Way way = rounds.oneOf(List.of(Way.values()));
      String table = "moved_" + i;
      rounds
          .servers()
          .execute(
              """
              DROP TABLE IF EXISTS %1$s;
              CREATE TABLE %1$s (id bigint %2$s, v text);
              INSERT INTO %1$s SELECT id, 'old' FROM generate_series(1, %3$d) AS id"""
                  .formatted(table, way == Way.INSERT_ALL ? "" : "PRIMARY KEY", OLD_ROWS));
      ways.add(way);
      clients.add(client(table, way, rounds.relayToPostgres()));
    }
  }

  private Client client(String table, Way way, ChaosRelay relay) {
    List<String> options =
        new ArrayList<>(List.of("transfer", "--from=jdbc:", "--to=jdbc:" + table));
    options.add("--query=" + slowQuery(rows));
    options.add("--commitRows=" + rounds.oneOf(List.of(500, 2_000, 50_000)));
    options.addAll(way.options);
    return rounds.client(
        table,
        "postgres",
        List.of(relay),
        isSuccess -> ended(table, way, isSuccess),
        options.toArray(String[]::new));
  }

  /** Returns a query of so many rows that takes some seconds. */
  static String slowQuery(int rows) {
    return "SELECT id, CASE WHEN id % 500 = 0 THEN 'new' || pg_sleep(0.08) ELSE 'new' END AS v"
        + " FROM generate_series(1, "
        + rows
        + ") AS id";
  }

  private boolean ended(String table, Way way, boolean isSuccess) {
    rounds.awaitNoSessionsOf(table);
    long written = rounds.servers().number(written(table));
    if (isSuccess) {
      rounds.history().expect(Kind.REPORTED, table, written, rows);
    } else if (way.isAllOrNone()) {
      rounds.history().expect(Kind.ALL_OR_NONE, table, written, rows);
    }
    // Without a key a second run would insert them again.
    return !isSuccess && !(way == Way.INSERT_ALL && written == rows);
  }

  private static String written(String table) {
    return "SELECT count(*) FROM " + table + " WHERE v = 'new'";
  }

  @Override
  public List<Client> clients() {
    return clients;
  }

  @Override
  public String target() {
    return clients.get(0).toString();
  }

  @Override
  public void observe() throws Exception {
    for (int i = 0; i < ways.size(); i++) {
      String table = clients.get(i).toString();
      long seen = rounds.servers().database().number(written(table));
      rounds.history().add(Kind.SEEN, "rows of " + table, seen, "");
      if (ways.get(i).isAllOrNone()) {
        rounds.history().expect(Kind.ALL_OR_NONE, "observed " + table, seen, rows);
      }
    }
  }

  @Override
  public void check() {
    for (int i = 0; i < ways.size(); i++) {
      String table = clients.get(i).toString();
      Way way = ways.get(i);
      long kept = way == Way.INSERT_ALL ? OLD_ROWS : 0;
      Servers servers = rounds.servers();
      rounds
          .history()
          .expect(
              Kind.STORE,
              table + " " + way,
              servers.number("SELECT count(*) FROM " + table),
              rows + kept);
      rounds
          .history()
          .expect(
              Kind.STORE,
              table + " " + way + ", sum of new ids",
              servers.number("SELECT coalesce(sum(id), 0) FROM " + table + " WHERE v = 'new'"),
              (long) rows * (rows + 1) / 2);
    }
  }

  @Override
  public String toString() {
    return clients + " transfers of " + rows + " rows, " + ways;
  }
}
