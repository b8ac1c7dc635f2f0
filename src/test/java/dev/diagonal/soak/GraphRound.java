package dev.diagonal.soak;

import dev.diagonal.soak.Event.Kind;
import dev.diagonal.testing.LocalNeo4j;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Two processes run a statement of Cypher over edges between the same nodes, in Neo4j. */
final class GraphRound implements Round {

  private static final String KNOWS =
      """
      UNWIND $rows AS row
      MERGE (a:Person {id: row.source}) MERGE (b:Person {id: row.target})
      MERGE (a)-[knows:KNOWS {id: row.edge}]->(b)
        ON CREATE SET a.out = coalesce(a.out, 0) + 1, b.in = coalesce(b.in, 0) + 1, knows.new = true
      WITH knows WHERE knows.new
      REMOVE knows.new
      RETURN count(knows) AS relationships
      """;

  /** The message of Bolt that commits: a structure without fields, with the tag 0x12. */
  private static final String COMMIT = "\u00B0\u0012";

  private static final String EDGES = "MATCH ()-[knows:KNOWS]->() RETURN count(knows)";
  private static final String WRONG =
      """
      MATCH (p:Person) WHERE coalesce(p.out, 0) <> COUNT { (p)-[:KNOWS]->() }
        OR coalesce(p.in, 0) <> COUNT { (p)<-[:KNOWS]-() } RETURN count(p)""";

  private final Rounds rounds;
  private final LocalNeo4j neo4j;
  private final int edges;
  private final int nodes;
  private final List<Client> clients = new ArrayList<>();

  GraphRound(Rounds rounds) throws Exception {
    this.rounds = rounds;
    this.neo4j = rounds.servers().neo4j();
    this.edges = 2_000 + rounds.random().nextInt(4_000);
    this.nodes = rounds.oneOf(List.of(20, 100, 1_000));
    neo4j.clear();
    neo4j.query("CREATE CONSTRAINT person FOR (p:Person) REQUIRE p.id IS UNIQUE");
    long unused = neo4j.newDeadlocks(); // from here on
    Path statement = Files.writeString(rounds.directory().resolve("knows.cypher"), KNOWS);
    for (int i = 0; i < 2; i++) {
      String name = i == 0 ? "a" : "b";
      Path input = file(name, i * edges);
      clients.add(client(name, input, statement));
    }
  }

  private Path file(String name, int firstId) throws IOException {
    SplittableRandom random = rounds.random();
    StringBuilder lines = new StringBuilder("edge,source,target\n");
    for (int i = 0; i < edges; i++) {
      lines.append(firstId + i).append(',').append(random.nextInt(nodes));
      lines.append(',').append(random.nextInt(nodes)).append('\n');
    }
    return Files.writeString(rounds.directory().resolve(name + ".csv"), lines);
  }

  private Client client(String name, Path input, Path statement) throws IOException {
    ChaosRelay relay = ChaosRelay.to(neo4j.port(), COMMIT);
    List<String> command = new ArrayList<>(List.of("load-edges", "--input=" + input));
    command.add("--statement=" + statement);
    command.addAll(List.of("--sourceColumn=source", "--targetColumn=target"));
    command.add("--jdbcUrl=" + neo4j.databaseAt(relay.port()).url() + "?timeout=10000");
    command.add("--tableSize=" + rounds.oneOf(List.of(0, 5, 8, 16)));
    command.add("--batchSize=" + rounds.oneOf(List.of(20, 50, 200)));
    command.addAll(rounds.runner());
    return new Client(
        name,
        command,
        List.of(relay),
        isSuccess -> {
          if (isSuccess) {
            String stored = EDGES.replace("RETURN", "WHERE %d <= knows.id < %d RETURN");
            long first = name.equals("a") ? 0 : edges;
            rounds
                .history()
                .expect(Kind.REPORTED, name, number(stored.formatted(first, first + edges)), edges);
          }
          return !isSuccess;
        },
        rounds.random().split());
  }

  private long number(String query) {
    return Servers.patiently(() -> (Long) neo4j.query(query).get(0).get(0));
  }

  @Override
  public List<Client> clients() {
    return clients;
  }

  @Override
  public String target() {
    return "nowhere";
  }

  /** Counts no nodes: a query of Neo4j may see one half of a transaction that commits meanwhile. */
  @Override
  public void observe() {
    rounds.history().add(Kind.SEEN, "relationships", number(EDGES), "");
  }

  @Override
  public void check() throws Exception {
    History history = rounds.history();
    history.expect(Kind.STORE, "relationships", number(EDGES), 2L * edges);
    history.expect(Kind.STORE, "nodes with wrong counts", number(WRONG), 0);
    history.expect(Kind.STORE, "deadlocks", neo4j.newDeadlocks(), 0);
  }

  @Override
  public String toString() {
    return "%s %s relationships between %s nodes of Neo4j".formatted(clients, edges, nodes);
  }
}
