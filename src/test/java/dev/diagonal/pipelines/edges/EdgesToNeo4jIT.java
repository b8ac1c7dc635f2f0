package dev.diagonal.pipelines.edges;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.HalfOpenRelay;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code load-edges} with a statement of the user's own into a real Neo4j. */
@ExtendWith({Neo4jExtension.class, PostgresExtension.class})
final class EdgesToNeo4jIT {

  private static final Path MOVIES = Path.of("../shared/data/movielens-next-edges/edges.csv");
  private static final int EDGES = 2_000;
  private static final int NODES = 50;

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

  private static final int A_FEW = 100;

  /** Of one process. */
  private static final int WORKERS = 4;

  private static final String LOADED = "MATCH ()-[knows:KNOWS]->() RETURN count(knows)";
  private static final String BLOCKED =
      "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*)";

  private static final String BLOCKED_IDS =
      BLOCKED
          .replace("YIELD status", "YIELD transactionId, status")
          .replace("count(*)", "transactionId");
  private static final String OPEN = "SHOW TRANSACTIONS YIELD transactionId RETURN count(*)";

  private final Path directory;
  private final LocalNeo4j neo4j;
  private final Path statement;

  EdgesToNeo4jIT(@TempDir Path directory, LocalNeo4j neo4j) {
    this.directory = directory;
    this.neo4j = neo4j;
    this.statement = directory.resolve("knows.cypher");
  }

  @BeforeEach
  void clear() throws Exception {
    neo4j.clear();
    neo4j.query("CREATE CONSTRAINT person FOR (p:Person) REQUIRE p.id IS UNIQUE");
    Files.writeString(statement, KNOWS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void loadsEachEdgeOnceAndReportsStatementResult(String runner) throws Exception {
    Path input = edges("edges.csv");
    Launched first = launch("--input=" + input + " --batchSize=100 " + runner);
    assertThat(first.exitCode()).as(first.toString()).isEqualTo(ExitCode.DONE);
    assertThat(first.out())
        .anyMatch(line -> line.contains("write edges: the statement reported relationships 2,000"))
        .anyMatch(line -> line.matches(".*edges +2,000 rows  Neo4j at jdbc:neo4j://.*"))
        .anyMatch(line -> line.endsWith(" 0 retried"));
    assertLoaded();
    Launched again = launch("--input=" + input + " --batchSize=70 " + runner);
    assertThat(again.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(again.out())
        .anyMatch(line -> line.endsWith("write edges: the statement reported relationships 0"));
    assertLoaded();
  }

  @Test
  void readsJsonLines() throws Exception {
    Path input = directory.resolve("edges.jsonl");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < EDGES; i++) {
      lines.append(
          "{\"edge\": %s, \"source\": %s, \"target\": %s}\n".formatted(i, source(i), target(i)));
    }
    Files.writeString(input, lines);
    assertThat(launch("--input=" + input + " --sourceColumn=source --targetColumn=target"))
        .extracting(Launched::exitCode)
        .isEqualTo(ExitCode.DONE);
    assertLoaded();
  }

  @Test
  void readsAQueryOfAnotherDatabase(LocalPostgres postgres) throws Exception {
    new Sql(JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user()))
        .execute(
            ("DROP TABLE IF EXISTS known; CREATE TABLE known AS SELECT i AS edge,"
                    + " i * 7 %% %2$s AS source, (i / 3 * 11 + 5) %% %2$s AS target"
                    + " FROM generate_series(0, %1$s - 1) AS i")
                .formatted(EDGES, NODES));
    List<String> args =
        List.of(
            "--inputQuery=SELECT * FROM known",
            "--inputJdbcUrl=" + postgres.jdbcUrl(),
            "--inputJdbcUser=" + postgres.user(),
            "--sourceColumn=source",
            "--targetColumn=target");
    Launched launched = launch(args);
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertLoaded();
  }

  @Test
  void arraysOfAQueryBecomeLists(LocalPostgres postgres) throws Exception {
    Files.writeString(
        statement,
        "UNWIND $rows AS row CREATE (n:Listed) SET n = row {.a, .b, .whole, .words, .parts, .no},"
            + " n.gaps = row.gaps[1] IS NULL");
    Launched launched =
        query(
            postgres,
            "SELECT 1 AS a, 2 AS b, '{3,NULL}'::bigint[] AS gaps, '{5,6}'::int[] AS whole, '{x,y"
                + " z}'::text[] AS words, '{0.5,2}'::numeric[] AS parts, NULL::bool[] AS no;");
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(neo4j.query("MATCH (n:Listed) RETURN properties(n)"))
        .containsExactly(
            List.of(
                Map.of(
                    "a",
                    1L,
                    "b",
                    2L,
                    "gaps",
                    true,
                    "whole",
                    List.of(5L, 6L),
                    "words",
                    List.of("x", "y z"),
                    "parts",
                    List.of(0.5, 2.0))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'{2024-02-29}'::date[] | column c is an array (_date), which cannot become a list",
        "'{NaN}'::float8[] | column c: a list cannot hold {NaN}",
        "'infinity'::date | column c: Neo4j has no date infinity"
      })
  void refusesQueryValuesUnsupportedByNeo4j(String wrong, LocalPostgres postgres) throws Exception {
    String[] parts = wrong.split(" \\| ");
    Files.writeString(statement, "UNWIND $rows AS row CREATE (n:Listed {c: row.c})");
    Launched launched = query(postgres, "SELECT 1 AS a, 2 AS b, " + parts[0] + " AS c");
    assertThat(launched.exitCode()).isNotEqualTo(ExitCode.DONE);
    assertThat(launched.err().toString()).contains(parts[1]);
    assertThat(number("MATCH (n:Listed) RETURN count(n)")).isZero();
  }

  private Launched query(LocalPostgres postgres, String query) {
    return launch(
        List.of(
            "--inputQuery=" + query,
            "--inputJdbcUrl=" + postgres.jdbcUrl(),
            "--inputJdbcUser=" + postgres.user()));
  }

  @Test
  void writesAllNodesBeforeAnyEdge() throws Exception {
    Path nodes = directory.resolve("nodes.csv");
    StringBuilder lines = new StringBuilder("id,name,born\n");
    for (int i = 0; i < NODES; i++) {
      lines.append("%s,Person %s,2001-02-%02d\n".formatted(i, i, 1 + i % 28));
    }
    Files.writeString(nodes, lines);
    Path merge = directory.resolve("person.cypher");
    Files.writeString(
        merge,
        "UNWIND $rows AS row MERGE (p:Person {id: row.id}) SET p.name = row.name, p.born ="
            + " row.born");
    Files.writeString(
        statement,
        """
        UNWIND $rows AS row
        MATCH (a:Person {id: row.source}) MATCH (b:Person {id: row.target})
        MERGE (a)-[knows:KNOWS {id: row.edge}]->(b)
          ON CREATE SET a.out = coalesce(a.out, 0) + 1, b.in = coalesce(b.in, 0) + 1
        """);
    Launched launched =
        launch(
            "--input=%s --nodesInput=%s --nodesStatement=%s"
                .formatted(edges("edges.csv"), nodes, merge));
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).anyMatch(line -> line.matches(".*nodes +50 rows .*"));
    assertLoaded();
    assertThat(number("MATCH (p:Person) WHERE p.born >= date('2001-02-01') RETURN count(p)"))
        .isEqualTo(NODES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UNWIND $rows AS row MERG (a) | refuses the statement: ",
        "UNWIND $batch AS row CREATE () | --statement: the statement has the parameter $batch",
        "UNWIND $rows AS row MERGE (:P {id: row.sorce}) | the statement reads row.sorce, but the"
            + " rows have the columns edge, source, target, edge_id",
        "CREATE (:P) | --statement: the statement does not use $rows"
      })
  void reportsWrongStatementInOneLineBeforeWriting(String wrong) throws Exception {
    String[] parts = wrong.split(" \\| ");
    Files.writeString(statement, parts[0]);
    Launched launched = launch("--input=" + edges("edges.csv"));
    assertThat(launched.exitCode()).isNotEqualTo(ExitCode.DONE);
    assertThat(launched.err()).filteredOn(line -> !line.contains("--help")).hasSize(1);
    assertThat(launched.err().get(0)).contains(parts[1]);
    assertThat(number("MATCH (p:Person) RETURN count(p)")).isZero();
  }

  @Test
  void aMissingColumnIsOneLine() throws Exception {
    Launched launched = launch("--input=" + edges("edges.csv") + " --sourceColumn=src");
    assertThat(launched.err())
        .filteredOn(line -> !line.contains("--help"))
        .hasSize(1)
        .allMatch(line -> line.contains("the input has no column 'src': its columns are edge, "));
  }

  @Test
  void twoProcessesSurviveKillAndRerun() throws Exception {
    Path input = edges("edges.csv");
    createSlots();
    long unused = neo4j.newDeadlocks(); // from here on
    CommandJvm killed;
    CommandJvm other;
    try (Connection start = holdSlots()) {
      killed = begin(input, neo4j.port(), "--tableSize=8");
      other = begin(input, neo4j.port(), "--tableSize=5");
      await(() -> numberNow(BLOCKED) > WORKERS); // so both of them write
      start.rollback();
    }
    try (killed;
        other) {
      await(() -> numberNow(LOADED) > A_FEW);
      try (Connection middle = holdSlots()) {
        assertThat(number(LOADED)).isLessThan(EDGES);
        killed.kill();
        middle.rollback();
      }
      assertThat(other.await()).as(other.said()).isZero();
      assertThat(other.said()).contains(" 0 retried");
    }
    assertLoaded();
    assertThat(launch("--input=" + input).exitCode()).isEqualTo(ExitCode.DONE);
    assertLoaded();
    assertThat(neo4j.newDeadlocks()).isZero();
  }

  @Test
  @Tag("large")
  void waitsForTransactionsOfAKilledProcess() throws Exception {
    Path input = edges("edges.csv");
    createSlots();
    try (HalfOpenRelay relay = HalfOpenRelay.to(neo4j.port());
        CommandJvm killed = begin(input, relay.port(), "--tableSize=8")) {
      CompletableFuture<Launched> again;
      List<List<Object>> orphans;
      try (Connection middle = holdSlots()) {
        await(() -> numberNow(BLOCKED) == WORKERS);
        killed.kill();
        orphans = neo4j.query(BLOCKED_IDS);
        again = CompletableFuture.supplyAsync(() -> launch("--input=" + input + " --tableSize=16"));
        await(() -> numberNow(BLOCKED) > WORKERS);
        middle.rollback();
      }
      await(() -> numberNow(BLOCKED) > 0 && numberNow(OPEN) > WORKERS);
      assertThat(again).as("waits for the transactions of the killed process").isNotDone();
      for (List<Object> left : orphans) {
        neo4j.query("TERMINATE TRANSACTIONS '%s'".formatted(left.get(0)));
      }
      Launched launched = again.get();
      assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
      assertThat(launched.out()).anyMatch(line -> line.endsWith(" 0 retried"));
    }
    assertLoaded();
  }

  private void createSlots() throws Exception {
    neo4j.query("CREATE CONSTRAINT slot FOR (n:DiagonalSlot) REQUIRE n.n IS UNIQUE");
    neo4j.query("UNWIND range(0, 63) AS n CREATE (:DiagonalSlot {n: n})");
  }

  /** Takes all slot locks, in order, until the connection is rolled back. */
  private Connection holdSlots() throws SQLException {
    Connection holder = neo4j.connect();
    holder.setAutoCommit(false);
    try (Statement statement = holder.createStatement()) {
      for (int n = 0; n < 64; n++) {
        statement.execute("MATCH (slot:DiagonalSlot {n: %s}) SET slot.held = true".formatted(n));
      }
    }
    return holder;
  }

  private CommandJvm begin(Path input, int port, String more) throws IOException {
    List<String> args = new ArrayList<>(List.of("load-edges", "--input=" + input, more));
    args.addAll(List.of("--batchSize=20", "--sourceColumn=source", "--targetColumn=target"));
    args.addAll(List.of("--statement=" + statement, "--jdbcUrl=" + neo4j.databaseAt(port).url()));
    return CommandJvm.start(directory, args);
  }

  private static void await(BooleanSupplier condition) {
    assertThat(Eventually.within(Duration.ofMinutes(3), condition)).isTrue();
  }

  @Test
  void movieLens() throws Exception {
    assumeThat(MOVIES).exists();
    Files.writeString(
        statement,
        KNOWS
            .replace("row.source", "row.src")
            .replace("row.target", "row.dst")
            .replace("row.edge}", "row.edge_id}"));
    Launched launched = launch(List.of("--input=" + MOVIES));
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out())
        .anyMatch(line -> line.contains("reported relationships 100,226"))
        .anyMatch(line -> line.endsWith(" 0 retried"));
    assertThat(number("MATCH (p:Person) RETURN count(p)")).isEqualTo(9_724);
    assertThat(number("MATCH (p:Person) RETURN max(coalesce(p.in, 0) + coalesce(p.out, 0))"))
        .isEqualTo(650);
  }

  private static int source(int edge) {
    return edge * 7 % NODES;
  }

  private static int target(int edge) {
    return (edge / 3 * 11 + 5) % NODES;
  }

  private Path edges(String name) throws IOException {
    StringBuilder lines = new StringBuilder("edge,source,target\n");
    for (int i = 0; i < EDGES; i++) {
      lines.append("%s,%s,%s\n".formatted(i, source(i), target(i)));
    }
    return Files.writeString(directory.resolve(name), lines);
  }

  private void assertLoaded() throws SQLException {
    assertThat(number("MATCH ()-[k:KNOWS]->() RETURN count(k)")).isEqualTo(EDGES);
    assertThat(number("MATCH (p:Person) RETURN count(p)")).isEqualTo(NODES);
    assertThat(
            number(
                "MATCH (p:Person) WHERE coalesce(p.out, 0) <> COUNT { (p)-[:KNOWS]->() }"
                    + " OR coalesce(p.in, 0) <> COUNT { (p)<-[:KNOWS]-() } RETURN count(p)"))
        .isZero();
  }

  private long number(String query) throws SQLException {
    return (Long) neo4j.query(query).get(0).get(0);
  }

  private long numberNow(String query) {
    try {
      return number(query);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private Launched launch(String options) {
    List<String> args = new ArrayList<>(List.of(options.split(" +")));
    for (String ends : List.of("--sourceColumn=source", "--targetColumn=target")) {
      if (!options.contains(ends.substring(0, ends.indexOf('=')))) {
        args.add(ends);
      }
    }
    return launch(args);
  }

  private Launched launch(List<String> options) {
    List<String> args = new ArrayList<>(List.of("load-edges"));
    args.addAll(options);
    args.add("--statement=" + statement);
    args.add("--jdbcUrl=" + neo4j.database().url());
    return Launched.with(List.of(new LoadEdges()), args.toArray(String[]::new));
  }
}
