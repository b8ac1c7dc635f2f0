package dev.diagonal.pipelines.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The summary of a load names the id that makes a slot hot. */
@ExtendWith({PostgresExtension.class, Neo4jExtension.class})
final class HubInSummaryIT {

  private static final int EDGES = 4_000;
  private static final int NODES = 1_500;
  private static final int HUB = 7;

  private static final String CYPHER =
      "UNWIND $rows AS row MERGE (:Person {id: row.source}) MERGE (:Person {id: row.target})";
  private static final String SQL =
      "INSERT INTO knows SELECT * FROM unnest(:source, :target) ON CONFLICT DO NOTHING";

  private final Path directory;
  private final LocalPostgres postgres;

  HubInSummaryIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.postgres = postgres;
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void namesTheHubOfCypher(String runner, LocalNeo4j neo4j) throws Exception {
    neo4j.clear();
    neo4j.query("CREATE CONSTRAINT person FOR (p:Person) REQUIRE p.id IS UNIQUE");
    Path statement = Files.writeString(directory.resolve("person.cypher"), CYPHER);
    String options = "--statement=%s --jdbcUrl=%s ".formatted(statement, neo4j.database().url());
    assertThat(remarks(options + runner)).anyMatch(line -> line.endsWith("; id 7 alone had 25 %"));
  }

  @Test
  void namesTheSideOfTheHubOfSql() throws Exception {
    assertThat(remarks(toTable("--schedule=bipartite")))
        .anyMatch(line -> line.endsWith("; source 7 alone had 25 %"));
  }

  @Test
  void namesOnlyIdsThatFillTheirSlot() throws Exception {
    assertThat(remarks(toTable("--tableSize=1 --batchSize=500"))).noneMatch(this::isAboutSlots);
    assertThat(remarks(toTable("--tableSize=2")))
        .filteredOn(this::isAboutSlots)
        .hasSize(1)
        .noneMatch(line -> line.contains("alone"));
  }

  private boolean isAboutSlots(String line) {
    return line.contains("the hottest of ");
  }

  private String toTable(String more) throws Exception {
    new Sql(JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user()))
        .execute(
            "DROP TABLE IF EXISTS knows; CREATE TABLE knows (source bigint, target bigint,"
                + " PRIMARY KEY (source, target))");
    Path statement = Files.writeString(directory.resolve("knows.sql"), SQL);
    return "--statement=%s --jdbcUrl=%s --jdbcUser=%s %s"
        .formatted(statement, postgres.jdbcUrl(), postgres.user(), more);
  }

  private List<String> remarks(String options) throws IOException {
    StringBuilder lines = new StringBuilder("source,target\n");
    for (int i = 0; i < EDGES; i++) {
      int source = i % 4 == 0 ? HUB : 100 + i % NODES;
      lines.append("%s,%s\n".formatted(source, 100 + i * 7 % NODES));
    }
    Path input = Files.writeString(directory.resolve("edges.csv"), lines);
    List<String> args = new ArrayList<>(List.of("load-edges", "--input=" + input));
    Stream.of(options.split(" +")).forEach(args::add);
    if (!options.contains("--tableSize")) {
      args.add("--tableSize=8");
    }
    Launched launched = Launched.with(List.of(new LoadEdges()), args.toArray(String[]::new));
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    return launched.out();
  }
}
