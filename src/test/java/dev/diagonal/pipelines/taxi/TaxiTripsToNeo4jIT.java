package dev.diagonal.pipelines.taxi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Neo4jExtension.class)
final class TaxiTripsToNeo4jIT {

  private static final Path GREEN = Path.of("..", "shared", "data", "taxi-green-2025-11");

  private final Path directory;
  private final LocalNeo4j neo4j;

  TaxiTripsToNeo4jIT(@TempDir Path directory, LocalNeo4j neo4j) {
    this.directory = directory;
    this.neo4j = neo4j;
  }

  @BeforeEach
  void clear() throws SQLException {
    neo4j.clear();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void repeatedLoadsWriteAndCountEachTripOnce(String runner) throws Exception {
    Path input = new TripFile(2_000, 30).writeTo(directory.resolve("trips.csv"));
    for (int run = 1; run <= 2; run++) {
      Launched launched = launch("--input=" + input + " --batchSize=100 " + runner);
      assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
      assertThat(launched.out().get(1)).contains("Neo4j", "2,000 rows  Neo4j at jdbc:neo4j://");
      assertCounts(2_000);
    }
  }

  @Test
  void anIndexInTheWayIsOneLine() throws Exception {
    neo4j.query("CREATE INDEX `by zone` FOR (z:Zone) ON (z.id)");
    Path input = new TripFile(20, 3).writeTo(directory.resolve("trips.csv"));
    Launched launched = launch("--input=" + input);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err()).hasSize(1);
    assertThat(launched.err().get(0)).contains(":Zone(id)").endsWith("DROP INDEX `by zone`");
    neo4j.query("DROP INDEX `by zone`");
    assertThat(launch("--input=" + input).exitCode()).isEqualTo(ExitCode.DONE);
  }

  @Test
  @Tag("large")
  void greenTaxis() throws Exception {
    assumeThat(GREEN).exists();
    Launched launched =
        launch(
            "--input="
                + GREEN.resolve("green_tripdata_2025-11.csv")
                + " --zones="
                + GREEN.resolve("taxi_zone_lookup.csv"));
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    assertCounts(46_912);
    assertThat(
            number(
                "MATCH (:Zone {id: 74})<-[:STARTED_AT]-(t:Trip)-[:ENDED_AT]->(:Zone {id: 75})"
                    + " RETURN count(t)"))
        .isEqualTo(1_790);
    assertThat(number("MATCH (z:Zone) WHERE z.borough IS NOT NULL RETURN count(z)")).isEqualTo(265);
  }

  private void assertCounts(long trips) throws SQLException {
    assertThat(number("MATCH (t:Trip) RETURN count(t)")).isEqualTo(trips);
    assertThat(number("MATCH (z:Zone) RETURN sum(z.pickups + z.dropoffs)")).isEqualTo(2 * trips);
    assertThat(
            number(
                "MATCH (z:Zone) WHERE z.pickups <> COUNT { (z)<-[:STARTED_AT]-() }"
                    + " OR z.dropoffs <> COUNT { (z)<-[:ENDED_AT]-() } RETURN count(z)"))
        .isZero();
  }

  private long number(String query) throws SQLException {
    return (Long) neo4j.query(query).get(0).get(0);
  }

  private Launched launch(String options) {
    List<String> args = new ArrayList<>(List.of("taxi-trips"));
    args.addAll(List.of(options.split(" +")));
    args.add("--jdbcUrl=" + neo4j.database().url());
    return Launched.with(List.of(new TaxiTrips()), args.toArray(String[]::new));
  }
}
