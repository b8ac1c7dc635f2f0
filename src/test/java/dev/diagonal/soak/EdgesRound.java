package dev.diagonal.soak;

import dev.diagonal.soak.Event.Kind;
import dev.diagonal.testing.ConflictEvidence.Found;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.EdgeFiles;
import dev.diagonal.testing.SlowTransactions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Two processes load edges into the same nodes, one of them perhaps the file of the other. */
final class EdgesRound implements Round {

  private static final List<String> COUNTS = List.of("immediate", "folded", "mixed");

  /** What nodes come to at this moment, whoever counts them when. */
  private static final String INEXACT =
      """
      SELECT count(*) FROM %s AS n FULL JOIN (
        SELECT id, sum(o) AS o, sum(i) AS i FROM (
          SELECT source AS id, 1 AS o, 0 AS i FROM edges
          UNION ALL SELECT target, 0, 1 FROM edges) AS ends GROUP BY id) AS counted USING (id)
      WHERE (out_degree, in_degree) IS DISTINCT FROM (o, i)""";

  private final Rounds rounds;
  private final String counts;
  private final int edges;
  private final boolean sharesFile;
  private final List<Client> clients = new ArrayList<>();

  EdgesRound(Rounds rounds) throws Exception {
    this.rounds = rounds;
    this.counts = rounds.oneOf(COUNTS);
    this.edges = 20_000 + rounds.random().nextInt(40_000);
    this.sharesFile = rounds.random().nextInt(4) == 0;
    boolean bipartite = rounds.random().nextBoolean();
    EdgeFiles graph =
        new EdgeFiles(rounds.oneOf(List.of(100, 1_000, 20_000)), bipartite ? 1_000_000 : 0);
    EdgeDatabase database = rounds.servers().database();
    database.execute("DROP TABLE IF EXISTS nodes_deltas CASCADE");
    database.createTables("part");
    SlowTransactions unused = SlowTransactions.in(database, rounds.random().nextInt(40));
    rounds.servers().evidence().watch();
    for (String part : List.of("a", "b")) {
      if (part.equals("a") || !sharesFile) {
        Path unusedFile = graph.write(rounds.directory(), part, edges, rounds.random().nextLong());
      }
      clients.add(client(part, rounds.relayToPostgres(), bipartite));
    }
  }

  private Client client(String name, ChaosRelay relay, boolean bipartite) {
    String part = sharesFile ? "a" : name;
    List<String> options = new ArrayList<>(List.of("load-edges", "--edgeColumns=part"));
    options.add("--input=" + rounds.directory().resolve(part + ".csv"));
    options.add("--counts=" + counts);
    options.add("--schedule=" + (bipartite ? "bipartite" : "monopartite"));
    options.add("--tableSize=" + rounds.oneOf(List.of(0, 2, 5, 8, 16)));
    options.add("--batchSize=" + rounds.oneOf(List.of(100, 300, 1_000)));
    options.addAll(rounds.runner());
    return rounds.client(
        name,
        "postgres",
        List.of(relay),
        rounds.untilSuccess(name, () -> count(part), edges),
        options.toArray(String[]::new));
  }

  private long count(String part) {
    return rounds.servers().number("SELECT count(*) FROM edges WHERE part = '" + part + "'");
  }

  @Override
  public List<Client> clients() {
    return clients;
  }

  @Override
  public String target() {
    return "nodes";
  }

  @Override
  public void observe() throws Exception {
    EdgeDatabase database = rounds.servers().database();
    for (String part : List.of("a", "b")) {
      long seen = database.number("SELECT count(*) FROM edges WHERE part = '" + part + "'");
      rounds.history().add(Kind.SEEN, "edges of " + part, seen, "");
    }
    if (counts.equals("immediate") || hasView(database)) {
      rounds
          .history()
          .expect(Kind.INEXACT, "nodes with wrong counts", database.number(inexactNow()), 0);
    }
  }

  private String inexactNow() {
    return INEXACT.formatted(counts.equals("immediate") ? "nodes" : "nodes_now");
  }

  private static boolean hasView(EdgeDatabase database) throws Exception {
    return database.number("SELECT count(*) FROM pg_class WHERE oid = to_regclass('nodes_now')")
        == 1;
  }

  @Override
  public void check() throws Exception {
    clients.forEach(client -> rounds.awaitNoSessionsOf(client.toString()));
    History history = rounds.history();
    Servers servers = rounds.servers();
    long all = sharesFile ? edges : 2L * edges;
    history.expect(Kind.STORE, "edges", servers.number("SELECT count(*) FROM edges"), all);
    history.expect(
        Kind.STORE, "nodes with wrong counts", servers.number(INEXACT.formatted("nodes")), 0);
    Found found = servers.evidence().found();
    history.expect(Kind.STORE, "deadlocks", found.deadlocks(), 0);
    history.expect(
        Kind.STORE,
        "deadlocks in the log",
        found.logged().stream().filter(line -> line.contains("deadlock")).count(),
        0);
    if (counts.equals("immediate")) { // else equal edges may wait, which have no slots
      history.expect(Kind.STORE, "waits for rows: " + found.logged(), found.logged().size(), 0);
      history.expect(Kind.STORE, "overlaps at nodes", found.overlaps(), 0);
    }
  }

  @Override
  public String toString() {
    return "%s edges %s, counts %s%s"
        .formatted(clients, edges, counts, sharesFile ? ", one file" : "");
  }
}
