package dev.diagonal.internal.taxi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.conflictfree.BatchWritten;
import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.statement.Neo4jDrivers;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import dev.diagonal.testing.Runner;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Made-up trips between 20 zones into a real Neo4j, whose own answers are compared. */
@ExtendWith(Neo4jExtension.class)
final class Neo4jTripsIT {

  private static final int TRIPS = 3_000;
  private static final int ZONES = 20;
  private static final int BATCH_ROWS = 50;
  private static final Duration BOUND = Duration.ofMinutes(4);

  private static final Grid<Trip> GRID =
      Grid.monopartite(8).byLongs(Trip::pickupZone, Trip::dropoffZone);

  private final LocalNeo4j neo4j;
  private final Neo4jTrips trips;

  Neo4jTripsIT(LocalNeo4j neo4j) {
    this.neo4j = neo4j;
    this.trips = Neo4jTrips.into(neo4j.database()).withLocks(GRID);
  }

  @BeforeEach
  void clear() throws SQLException {
    neo4j.clear();
  }

  @ParameterizedTest
  @EnumSource
  void repeatedTripsCountOnceAtBothZones(Runner runner) throws SQLException {
    List<Trip> all = trips(TRIPS);
    for (int run = 1; run <= 2; run++) {
      trips.prepare(zones());
      PCollection<BatchWritten> written = write(runner.pipeline(), all);
      // No deadlock, or there would have been a second attempt.
      PAssert.that(written).satisfies(batches -> assertAttempts(batches, false));
      written.getPipeline().run().waitUntilFinish();
      assertWritten(all);
    }
  }

  @Test
  void nullsAreLeftOut() throws Exception {
    Trip bare = Trip.of(new UUID(1, 2), zonesOf(3, 5));
    writeAlone(List.of(bare));
    assertThat(neo4j.query("MATCH (trip:Trip) RETURN properties(trip)"))
        .containsExactly(List.of(Map.of("trip_id", bare.id().toString())));
    assertThat(neo4j.query("MATCH (zone:Zone {id: 3}) RETURN properties(zone)"))
        .containsExactly(List.of(Map.of("id", 3L, "pickups", 1L, "dropoffs", 0L, "revenue", 0.0)));
  }

  @Test
  void columnsKeepTheirTypes() throws Exception {
    Map<TripColumn, Object> columns = zonesOf(3, 3);
    LocalDateTime time = LocalDateTime.of(2025, 11, 1, 0, 34, 48);
    columns.put(TripColumn.VENDOR_ID, 2L);
    columns.put(TripColumn.PICKUP_DATETIME, time);
    columns.put(TripColumn.STORE_AND_FWD_FLAG, "N");
    columns.put(TripColumn.TOTAL_AMOUNT, 12.4);
    Trip trip = Trip.of(new UUID(1, 2), columns);
    writeAlone(List.of(trip, trip));
    assertThat(neo4j.query("MATCH (trip:Trip) RETURN properties(trip)"))
        .containsExactly(
            List.of(
                Map.of(
                    "trip_id",
                    trip.id().toString(),
                    "vendor_id",
                    2L,
                    "pickup_datetime",
                    time,
                    "store_and_fwd_flag",
                    "N",
                    "total_amount",
                    12.4)));
    assertThat(neo4j.query("MATCH (zone:Zone) RETURN zone.pickups, zone.dropoffs, zone.revenue"))
        .containsExactly(List.of(1L, 1L, 12.4));
  }

  @Test
  void zonesAreMergedAndKeepTheirCounts() throws Exception {
    trips.prepare(List.of(new Zone(3, "Bronx", "Old", null), new Zone(4, null, null, null)));
    writeAlone(List.of(Trip.of(new UUID(1, 2), zonesOf(3, 4))));
    trips.prepare(List.of(new Zone(3, "Bronx", null, "Boro Zone")));
    assertThat(neo4j.query("MATCH (zone:Zone) RETURN properties(zone) ORDER BY zone.id"))
        .containsExactly(
            List.of(
                Map.of(
                    "id",
                    3L,
                    "borough",
                    "Bronx",
                    "service_zone",
                    "Boro Zone",
                    "pickups",
                    1L,
                    "dropoffs",
                    0L,
                    "revenue",
                    0.0)),
            List.of(Map.of("id", 4L, "pickups", 0L, "dropoffs", 1L, "revenue", 0.0)));
  }

  @ParameterizedTest
  @EnumSource
  void refusedTripsBecomeDeadLetters(Runner runner) throws SQLException {
    trips.prepare(zones());
    neo4j.query("CREATE CONSTRAINT one_fee FOR (t:Trip) REQUIRE t.ehail_fee IS UNIQUE");
    neo4j.query("CREATE (:Trip {trip_id: 'other', ehail_fee: 13.0})");
    Map<TripColumn, Object> columns = zonesOf(3, 5);
    columns.put(TripColumn.EHAIL_FEE, 13.0);
    List<Trip> all = new ArrayList<>(trips(TRIPS));
    all.add(1_234, Trip.of(new UUID(7, 7), columns));
    TestPipeline pipeline = runner.pipeline();
    try (BadRecordErrorHandler<PCollection<Long>> handler =
        pipeline.registerBadRecordErrorHandler(new OneLetter())) {
      pipeline
          .apply(Create.of(all).withCoder(Trip.coder()))
          .apply(writing().withBadRecordErrorHandler(handler));
    }
    pipeline.run().waitUntilFinish();
    neo4j.query("MATCH (other:Trip {trip_id: 'other'}) DELETE other");
    assertWritten(trips(TRIPS));
  }

  @ParameterizedTest
  @EnumSource
  void interruptedBatchesAreWrittenAgain(Cut cut) throws Exception {
    trips.prepare(zones());
    List<Trip> all = trips(TRIPS);
    CompletableFuture<Void> run;
    try (Connection blocker = neo4j.connect()) {
      blocker.setAutoCommit(false);
      try (Statement statement = blocker.createStatement()) {
        statement.execute("MATCH (zone:Zone {id: 3}) SET zone.held = true");
      }
      PCollection<BatchWritten> written = write(Runner.DIRECT.pipeline(4), all);
      PAssert.that(written).satisfies(batches -> assertAttempts(batches, true));
      run = CompletableFuture.runAsync(() -> written.getPipeline().run().waitUntilFinish());
      assertThat(Eventually.within(BOUND, () -> !rows(cut.find).isEmpty()))
          .as("a batch waits for zone 3")
          .isTrue();
      String first = String.valueOf(rows(cut.find).get(0).get(0));
      assertThat(rows(cut.order.formatted(first))).isNotEmpty();
      blocker.rollback();
    }
    run.get(BOUND.toSeconds(), TimeUnit.SECONDS);
    assertWritten(all);
  }

  /** The control: the same trips in the order of their arrival, by as many connections. */
  @Test
  void deadlocksWithoutSchedulerAreRetryable() throws Exception {
    trips.prepare(zones());
    AtomicInteger deadlocks = new AtomicInteger();
    List<Trip> all = trips(TRIPS);
    List<CompletableFuture<Void>> threads = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      int first = thread * TRIPS / 4;
      threads.add(
          CompletableFuture.runAsync(
              () -> {
                try (BatchWriter<Trip> writer = Neo4jTrips.into(neo4j.database()).open()) {
                  for (int i = first; i < first + TRIPS / 4; i += BATCH_ROWS) {
                    writeUntilDone(writer, all.subList(i, i + BATCH_ROWS), deadlocks);
                  }
                }
              }));
    }
    CompletableFuture.allOf(threads.toArray(CompletableFuture[]::new)).get();
    assertThat(deadlocks).hasPositiveValue();
    assertWritten(all);
  }

  @Test
  void retriesMissingServersButNotWrongStatements() {
    try (BatchWriter<Trip> writer = Neo4jTrips.into(neo4j.databaseAt(1)).open()) {
      assertThatThrownBy(() -> writer.write(new Batch<>(0, trips(1))))
          .isInstanceOf(SQLException.class)
          .hasMessageStartingWith("first key ")
          .hasMessageContaining("jdbc:neo4j://127.0.0.1:1")
          .matches(fault -> writer.isRetryable((Exception) fault))
          .matches(fault -> !writer.isCausedByRows((Exception) fault));
      assertThatThrownBy(() -> neo4j.query("NO CYPHER"))
          .matches(fault -> !writer.isRetryable((Exception) fault))
          .matches(fault -> !writer.isCausedByRows((Exception) fault));
    }
  }

  @Test
  void refusesTheUrlOfAnotherDatabase() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Neo4jTrips.into(JdbcTarget.at("jdbc:postgresql://localhost/x")))
        .withMessage("url must start with jdbc:neo4j:, got jdbc:postgresql://localhost/x");
    assertThat(Neo4jDrivers.accepts("jdbc:neo4j+s://example:7687")).isTrue();
  }

  private static void writeUntilDone(
      BatchWriter<Trip> writer, List<Trip> rows, AtomicInteger deadlocks) {
    while (true) {
      try {
        writer.write(new Batch<>(0, rows));
        return;
      } catch (Exception fault) {
        if (!writer.isRetryable(fault) || !String.valueOf(fault.getCause()).contains("Deadlock")) {
          throw new AssertionError(fault);
        }
        deadlocks.incrementAndGet();
      }
    }
  }

  private void writeAlone(List<Trip> rows) throws Exception {
    trips.prepare(List.of());
    try (BatchWriter<Trip> writer = trips.open()) {
      writer.write(new Batch<>(0, rows));
    }
  }

  private WriteConflictFree<Trip> writing() {
    return WriteConflictFree.by(GRID, trips).withBatchSize(BATCH_ROWS).withMaxWorkers(4);
  }

  private PCollection<BatchWritten> write(TestPipeline pipeline, List<Trip> all) {
    return pipeline.apply(Create.of(all).withCoder(Trip.coder())).apply(writing());
  }

  private static Void assertAttempts(Iterable<BatchWritten> batches, boolean someAgain) {
    assertThat(
            StreamSupport.stream(batches.spliterator(), false)
                .anyMatch(batch -> batch.written().attempts() > 1))
        .isEqualTo(someAgain);
    return null;
  }

  private List<List<Object>> rows(String cypher) {
    try {
      return neo4j.query(cypher);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertWritten(List<Trip> all) throws SQLException {
    Map<List<Object>, Long> rides = new TreeMap<>(Comparator.comparing(List::toString));
    Map<Long, Double> revenue = new TreeMap<>();
    for (Trip trip : all) {
      rides.merge(List.of(trip.pickupZone(), trip.dropoffZone()), 1L, Long::sum);
      Object amount = trip.get(TripColumn.TOTAL_AMOUNT);
      revenue.merge(trip.pickupZone(), amount == null ? 0.0 : (Double) amount, Double::sum);
    }
    List<List<Object>> expectedRides = new ArrayList<>();
    rides.forEach((ends, n) -> expectedRides.add(List.of(ends.get(0), ends.get(1), n)));
    assertThat(
            neo4j.query(
                "MATCH (a:Zone)<-[:STARTED_AT]-(:Trip)-[:ENDED_AT]->(b:Zone)"
                    + " RETURN a.id, b.id, count(*)"))
        .containsExactlyInAnyOrderElementsOf(expectedRides);
    assertThat(neo4j.query("MATCH (trip:Trip) RETURN count(trip)"))
        .containsExactly(List.of((long) all.size()));
    assertThat(neo4j.query("MATCH ()-[r]->() RETURN type(r), count(r) ORDER BY type(r)"))
        .containsExactly(
            List.of("ENDED_AT", (long) all.size()), List.of("STARTED_AT", (long) all.size()));
    List<List<Object>> expectedZones = new ArrayList<>();
    for (long zone = 0; zone < ZONES; zone++) {
      long id = zone;
      expectedZones.add(
          List.of(
              id,
              all.stream().filter(trip -> trip.pickupZone() == id).count(),
              all.stream().filter(trip -> trip.dropoffZone() == id).count(),
              revenue.getOrDefault(id, 0.0)));
    }
    assertThat(
            neo4j.query(
                "MATCH (z:Zone) RETURN z.id, z.pickups, z.dropoffs, z.revenue ORDER BY z.id"))
        .containsExactlyElementsOf(expectedZones);
  }

  private static List<Zone> zones() {
    return IntStream.range(0, ZONES)
        .mapToObj(id -> new Zone(id, "Borough " + id % 5, "Zone " + id, null))
        .toList();
  }

  /** Amounts are quarters: their sums are exact in any order. Each seventh trip has none. */
  private static List<Trip> trips(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              Map<TripColumn, Object> columns = zonesOf(i * 7L % ZONES, (i / 3 * 11L + 5) % ZONES);
              if (i % 7 != 0) {
                columns.put(TripColumn.TOTAL_AMOUNT, i * 0.25);
              }
              return Trip.of(new UUID(42, i), columns);
            })
        .toList();
  }

  private static Map<TripColumn, Object> zonesOf(long pickup, long dropoff) {
    Map<TripColumn, Object> columns = new EnumMap<>(TripColumn.class);
    columns.put(TripColumn.PICKUP_ZONE, pickup);
    columns.put(TripColumn.DROPOFF_ZONE, dropoff);
    return columns;
  }

  /** How a batch that waits for a lock is cut off; {@code find} and {@code order} are Cypher. */
  private enum Cut {
    TRANSACTION(
        "SHOW TRANSACTIONS YIELD transactionId, currentQuery, status"
            + " WHERE currentQuery STARTS WITH 'UNWIND' AND status STARTS WITH 'Blocked'"
            + " RETURN transactionId",
        "TERMINATE TRANSACTIONS '%s'"),
    CONNECTION(
        "SHOW TRANSACTIONS YIELD connectionId, currentQuery, status"
            + " WHERE currentQuery STARTS WITH 'UNWIND' AND status STARTS WITH 'Blocked'"
            + " RETURN connectionId",
        "CALL dbms.killConnection('%s')");

    private final String find;
    private final String order;

    Cut(String find, String order) {
      this.find = find;
      this.order = order;
    }
  }

  private static final class OneLetter
      extends PTransform<PCollection<BadRecord>, PCollection<Long>> {
    @Override
    public PCollection<Long> expand(PCollection<BadRecord> letters) {
      PAssert.that(letters)
          .satisfies(
              all -> {
                assertThat(all).hasSize(1);
                assertThat(all.iterator().next().getFailure().getDescription())
                    .contains("ehail_fee");
                return null;
              });
      return letters.apply(Count.globally());
    }
  }
}
