package dev.diagonal.internal.taxi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.grid.Grid;
import dev.diagonal.internal.statement.GraphMismatchException;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Trips into a real Neo4j whose graph somebody else has made. */
@ExtendWith(Neo4jExtension.class)
final class Neo4jExistingGraphIT {

  private final LocalNeo4j neo4j;
  private final Neo4jTrips trips;

  Neo4jExistingGraphIT(LocalNeo4j neo4j) {
    this.neo4j = neo4j;
    this.trips = Neo4jTrips.into(neo4j.database());
  }

  @BeforeEach
  @AfterEach
  void clear() throws SQLException {
    neo4j.clear();
  }

  @Test
  void zonesWithoutCountersAreCounted() throws Exception {
    neo4j.query("CREATE (:Zone {id: 7, zone: 'Seven'}), (:Zone {id: 8}), (:Zone {id: 9})");
    trips.prepare(List.of(new Zone(9, "Bronx", "Nine", null)));
    write(trip(1, 7, 8), trip(2, 7, 8));
    assertThat(neo4j.query("MATCH (z:Zone) RETURN properties(z) ORDER BY z.id"))
        .containsExactly(
            List.of(
                Map.of("id", 7L, "zone", "Seven", "pickups", 2L, "dropoffs", 0L, "revenue", 20.0)),
            List.of(Map.of("id", 8L, "pickups", 0L, "dropoffs", 2L, "revenue", 0.0)),
            List.of(
                Map.of(
                    "id",
                    9L,
                    "borough",
                    "Bronx",
                    "zone",
                    "Nine",
                    "pickups",
                    0L,
                    "dropoffs",
                    0L,
                    "revenue",
                    0.0)));
  }

  @Test
  void indexOnKeyIsNamedAndKept() throws Exception {
    neo4j.query("CREATE INDEX by_zone FOR (z:Zone) ON (z.id)");
    for (ThrowingCallable look : List.<ThrowingCallable>of(trips::check, this::prepare)) {
      assertThatThrownBy(look)
          .isInstanceOf(GraphMismatchException.class)
          .hasMessageContaining(":Zone(id)")
          .hasMessageContaining("DROP INDEX by_zone");
    }
    assertThat(neo4j.query("SHOW INDEXES YIELD name WHERE name = 'by_zone' RETURN name"))
        .hasSize(1);
    neo4j.query("DROP INDEX by_zone");
    trips.prepare(List.of());
  }

  @Test
  void duplicateZonesAreNamed() throws Exception {
    neo4j.query("CREATE (:Zone {id: 7}), (:Zone {id: 8}), (:Zone {id: 7})");
    for (ThrowingCallable look : List.<ThrowingCallable>of(trips::check, this::prepare)) {
      assertThatThrownBy(look)
          .isInstanceOf(GraphMismatchException.class)
          .hasMessageContaining(":Zone(id)")
          .hasMessageContaining("id 7 (2 nodes)");
    }
    assertThat(neo4j.query("MATCH (z:Zone) RETURN count(z)")).containsExactly(List.of(3L));
  }

  @Test
  void checkSaysWhichConstraintsExistAndCreatesNone() throws Exception {
    neo4j.query("CREATE CONSTRAINT FOR (z:Zone) REQUIRE z.id IS UNIQUE");
    String constraints = "SHOW CONSTRAINTS YIELD name RETURN count(*)";
    assertThat(trips.check())
        .containsExactly(
            "the unique constraint on :Trip(trip_id) would be created",
            "the unique constraint on :Zone(id) exists");
    assertThat(neo4j.query(constraints)).containsExactly(List.of(1L));
    trips.prepare(List.of());
    assertThat(trips.check()).allMatch(line -> line.endsWith(" exists"));
  }

  @Test
  void checkFindsWhatPreventsSlotLocks() throws Exception {
    Neo4jTrips locked =
        trips.withLocks(Grid.monopartite(1).byLongs(Trip::pickupZone, Trip::dropoffZone));
    neo4j.query("CREATE (:DiagonalSlot {n: 3}), (:DiagonalSlot {n: 3})");
    assertThatThrownBy(locked::check)
        .isInstanceOf(GraphMismatchException.class)
        .hasMessageContaining("n 3 (2 nodes)");
    assertThat(trips.check()).hasSize(2);
  }

  private void prepare() throws SQLException {
    trips.prepare(List.of());
  }

  /** IF NOT EXISTS takes a constraint of the same name for the one that is wanted. */
  @Test
  void aConstraintOfTheSameNameHidesNone() throws Exception {
    neo4j.query("CREATE CONSTRAINT diagonal_zone_id FOR (other:Other) REQUIRE other.id IS UNIQUE");
    trips.prepare(List.of());
    assertThat(
            neo4j.query(
                "SHOW CONSTRAINTS YIELD labelsOrTypes, properties"
                    + " RETURN labelsOrTypes[0] + '.' + properties[0] AS key ORDER BY key"))
        .containsExactly(List.of("Other.id"), List.of("Trip.trip_id"), List.of("Zone.id"));
  }

  private void write(Trip... batch) throws Exception {
    try (BatchWriter<Trip> writer = trips.open()) {
      writer.write(new Batch<>(0, List.of(batch)));
    }
  }

  private static Trip trip(long id, long pickup, long dropoff) {
    Map<TripColumn, Object> columns = new EnumMap<>(TripColumn.class);
    columns.put(TripColumn.PICKUP_ZONE, pickup);
    columns.put(TripColumn.DROPOFF_ZONE, dropoff);
    columns.put(TripColumn.TOTAL_AMOUNT, 10.0);
    return Trip.of(new UUID(7, id), columns);
  }
}
