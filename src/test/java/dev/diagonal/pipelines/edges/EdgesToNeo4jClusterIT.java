package dev.diagonal.pipelines.edges;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diagonal.pipelines.ClusterRun;
import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.FlinkExtension;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A user's Cypher, run by two workers of a Flink cluster at once. */
@Tag("large")
@ExtendWith({FlinkExtension.class, Neo4jExtension.class})
final class EdgesToNeo4jClusterIT {

  private static final Path MOVIES = Path.of("../shared/data/movielens-next-edges/edges.csv");

  private static final String NEXT =
      """
      UNWIND $rows AS row
      MERGE (a:Movie {id: row.src}) MERGE (b:Movie {id: row.dst})
      MERGE (a)-[next:NEXT {id: row.edge_id}]->(b)
        ON CREATE SET a.out = coalesce(a.out, 0) + 1, b.in = coalesce(b.in, 0) + 1, next.new = true
      WITH next WHERE next.new
      REMOVE next.new
      RETURN count(next) AS relationships
      """;

  private static final String WRONG_COUNTS =
      """
      MATCH (m:Movie) WHERE coalesce(m.out, 0) <> COUNT { (m)-[:NEXT]->() }
        OR coalesce(m.in, 0) <> COUNT { (m)<-[:NEXT]-() } RETURN count(m)""";

  private final Path directory;
  private final FlinkCluster cluster;
  private final LocalNeo4j neo4j;

  EdgesToNeo4jClusterIT(@TempDir Path directory, FlinkCluster cluster, LocalNeo4j neo4j) {
    this.directory = directory;
    this.cluster = cluster;
    this.neo4j = neo4j;
  }

  @Test
  void movieLensFromTwoWorkersWithoutADeadlock() throws Exception {
    assumeThat(MOVIES).exists();
    neo4j.clear();
    neo4j.query("CREATE CONSTRAINT movie FOR (m:Movie) REQUIRE m.id IS UNIQUE");
    Path statement = Files.writeString(directory.resolve("next.cypher"), NEXT);
    long before = neo4j.newDeadlocks();
    ChildJvm child =
        new ClusterRun(cluster)
            .runWith(
                driver(),
                "load-edges --input=%s --statement=%s --jdbcUrl=%s --maxWorkers=2"
                    .formatted(MOVIES, statement, neo4j.database().url()));
    assertThat(child.status()).as(child.toString()).isZero();
    assertThat(child.out())
        .anyMatch(line -> line.contains("reported relationships 100,226"))
        .anyMatch(line -> line.endsWith(" 0 repeated"));
    assertThat(neo4j.newDeadlocks()).as("deadlocks, %s before", before).isZero();
    assertThat(workersThatWrote()).hasSize(2);
    assertThat(number("MATCH (m:Movie) RETURN count(m)")).isEqualTo(9_724);
    assertThat(number("MATCH ()-[next:NEXT]->() RETURN count(next)")).isEqualTo(100_226);
    assertThat(number("MATCH (m:Movie) RETURN max(coalesce(m.in, 0) + coalesce(m.out, 0))"))
        .isEqualTo(650);
    assertThat(number(WRONG_COUNTS)).isZero();
  }

  /** Returns the jars of Neo4j's driver, which the bundled jar does not contain. */
  private static List<String> driver() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(
            jar ->
                Stream.of("/org/neo4j/", "/io/netty/", "/jackson/jr/", "/cdimascio/")
                    .anyMatch(jar::contains))
        .toList();
  }

  /** Returns the workers that ran a task which writes edges. */
  private Set<String> workersThatWrote() {
    Set<String> workers = new HashSet<>();
    for (JsonNode job : cluster.get("/jobs/overview").path("jobs")) {
      String path = "/jobs/" + job.path("jid").asText();
      for (JsonNode vertex : cluster.get(path).path("vertices")) {
        if (job.path("name").asText().startsWith("load-edges-")
            && vertex.path("name").asText().contains("Write edges")) {
          cluster
              .get(path + "/vertices/" + vertex.path("id").asText() + "/taskmanagers")
              .path("taskmanagers")
              .forEach(worker -> workers.add(worker.path("taskmanager-id").asText()));
        }
      }
    }
    return workers;
  }

  private long number(String query) throws Exception {
    return (Long) neo4j.query(query).get(0).get(0);
  }
}
