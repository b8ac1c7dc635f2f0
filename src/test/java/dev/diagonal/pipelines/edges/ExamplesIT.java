package dev.diagonal.pipelines.edges;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.pipelines.taxi.TaxiTrips;
import dev.diagonal.pipelines.transfer.Transfer;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of the README files in {@code examples/}, on the servers of the tests. */
@ExtendWith({PostgresExtension.class, Neo4jExtension.class})
final class ExamplesIT {

  private static final Path TAXI = Path.of("examples/nyc-taxi");
  private static final Path KNOWS = Path.of("examples/knows-neo4j");
  private static final String SQL_ZONES =
      "SELECT concat_ws(' ', id, borough, zone, pickups, dropoffs, trim_scale(revenue))"
          + " FROM zones ORDER BY id";
  private static final String CYPHER_ZONES =
      "MATCH (z:Zone) RETURN z.id, z.zone, z.pickups, z.dropoffs, z.revenue ORDER BY z.id";
  private static final String TAXI_TRIPS =
      "taxi-trips --input=examples/nyc-taxi/trips.csv --zones=examples/nyc-taxi/zones.csv";

  private final EdgeDatabase database;
  private final LocalNeo4j neo4j;

  ExamplesIT(LocalPostgres postgres, LocalNeo4j neo4j) {
    this.database = new EdgeDatabase(postgres);
    this.neo4j = neo4j;
  }

  @BeforeEach
  void clear() throws Exception {
    database.execute("DROP TABLE IF EXISTS trips, zones CASCADE");
    neo4j.clear();
  }

  @Test
  void sqlTaxiStatementsCountLikeTaxiTrips() throws Exception {
    assertDone(launch(TAXI_TRIPS + onPostgres()));
    List<String> expected = database.query(SQL_ZONES);
    // Without the ids, which the two commands make in two ways.
    String trips =
        "SELECT concat_ws(' ', pickup_datetime, trim_scale(total_amount)) FROM trips ORDER BY 1";
    List<String> expectedTrips = database.query(trips);
    database.execute("DROP TABLE trips, zones CASCADE");
    database.execute(Files.readString(TAXI.resolve("tables.sql")));

    for (int run = 1; run <= 2; run++) {
      Launched launched = launch(command(TAXI, "jdbc:postgresql:"));
      assertDone(launched);
      assertThat(launched.out().toString().contains("reported trips 40")).isEqualTo(run == 1);
      assertThat(database.query(SQL_ZONES)).hasSize(5).isEqualTo(expected);
      assertThat(database.query(trips)).hasSize(40).isEqualTo(expectedTrips);
    }
  }

  @Test
  void cypherTaxiStatementsCountLikeTaxiTrips() throws Exception {
    assertDone(launch(TAXI_TRIPS + onNeo4j()));
    List<List<Object>> expected = neo4j.query(CYPHER_ZONES);
    neo4j.clear();
    for (String constraint : Files.readString(TAXI.resolve("constraints.cypher")).split(";\n")) {
      neo4j.query(constraint);
    }

    for (int run = 1; run <= 2; run++) {
      Launched launched = launch(command(TAXI, "jdbc:neo4j:"));
      assertDone(launched);
      assertThat(launched.out().toString().contains("reported trips 40")).isEqualTo(run == 1);
      assertThat(neo4j.query(CYPHER_ZONES)).hasSize(5).isEqualTo(expected);
    }
  }

  @Test
  void loadsPeopleAndAcquaintancesIntoNeo4j() throws Exception {
    neo4j.query("CREATE CONSTRAINT person FOR (p:Person) REQUIRE p.id IS UNIQUE");
    for (int run = 0; run < 2; run++) {
      assertDone(launch(command(KNOWS, "jdbc:neo4j:")));
      assertThat(
              neo4j.query(
                  "MATCH (a:Person)-[k:KNOWS]->(b) RETURN a.name, toString(k.since), b.id"
                      + " ORDER BY a.id, b.id"))
          .containsExactly(
              List.of("Ada Lovelace", "1833-06-05", "charles"),
              List.of("Ada Lovelace", "1834-01-01", "mary"),
              List.of("Charles Babbage", "1820-03-01", "mary"),
              List.of("Mary Somerville", "1834-01-01", "ada"));
    }
  }

  @Test
  void aPlanRunsStatementsOnItsConnections(@TempDir Path directory) throws Exception {
    database.execute(
        "DROP TABLE IF EXISTS people; CREATE TABLE people AS SELECT 'ada' AS id UNION SELECT 'mary';"
            + "DROP TABLE IF EXISTS met; CREATE TABLE met AS SELECT 'ada' AS a, 'mary' AS b");
    Files.writeString(
        directory.resolve("met.cypher"),
        "UNWIND $rows AS row MERGE (a:Person {id: row.a}) MERGE (b:Person {id: row.b})"
            + " MERGE (a)-[:MET]->(b)");
    Files.writeString(
        directory.resolve("known.sql"),
        "INSERT INTO people (id) SELECT * FROM unnest(:target) ON CONFLICT DO NOTHING");
    Files.copy(KNOWS.resolve("knows.csv"), directory.resolve("knows.csv"));
    Path plan =
        Files.writeString(
            directory.resolve("plan.yaml"),
            """
            connections:
              people: {jdbcUrl: "%s", user: %s}
              graph: {jdbcUrl: "%s"}
            tasks:
              - load-edges:
                  inputQuery: SELECT a, b FROM met
                  inputJdbc: people
                  jdbc: graph
                  statement: met.cypher
              - load-edges: {input: knows.csv, jdbc: people, statement: known.sql}
            """
                .formatted(
                    database.postgres().jdbcUrl(),
                    database.postgres().user(),
                    neo4j.database().url()));
    Launched launched = launch("transfer --plan=" + plan);
    assertDone(launched);
    assertThat(neo4j.query("MATCH (a)-[:MET]->(b) RETURN a.id, b.id"))
        .containsExactly(List.of("ada", "mary"));
    assertThat(database.query("SELECT id FROM people ORDER BY 1"))
        .containsExactly("ada", "ada", "charles", "mary", "mary", "mary");
  }

  /** Returns the command of a README whose URL starts so, with the server of the tests in it. */
  private String command(Path example, String url) throws Exception {
    Matcher block =
        Pattern.compile("```sh\nbin/diagonal (.*?)\n```", Pattern.DOTALL)
            .matcher(Files.readString(example.resolve("README.md")));
    List<String> found = new ArrayList<>();
    while (block.find()) {
      if (block.group(1).contains("--jdbcUrl=" + url)) {
        found.add(block.group(1).replaceAll("\\s*\\\\\n\\s*", " "));
      }
    }
    assertThat(found).hasSize(1);
    String server = url.equals("jdbc:neo4j:") ? onNeo4j() : onPostgres();
    return found.get(0).replaceAll(" --jdbc[A-Z]\\w*=\\S*", "") + server;
  }

  private String onPostgres() {
    return " --jdbcUrl=%s --jdbcUser=%s"
        .formatted(database.postgres().jdbcUrl(), database.postgres().user());
  }

  private String onNeo4j() {
    return " --jdbcUrl=" + neo4j.database().url();
  }

  private static Launched launch(String command) {
    return Launched.with(
        List.of(new LoadEdges(), new TaxiTrips(), new Transfer(List.of(new LoadEdges()))),
        command.split(" +"));
  }
}
