package dev.diagonal.pipelines.taxi;

import dev.diagonal.files.InputFiles;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.files.stored.PieceCuts;
import dev.diagonal.internal.statement.Neo4jDrivers;
import dev.diagonal.internal.taxi.Neo4jTrips;
import dev.diagonal.internal.taxi.Trip;
import dev.diagonal.internal.taxi.Zone;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.options.ConflictFreeOptions;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.schedule.BatchWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes trips and zones as nodes and relationships of Neo4j. */
final class Neo4jTripSink implements TripSink {

  /** Slot locks are the same nodes for every grid. */
  private static final Grid<Trip> ANY_GRID =
      Grid.monopartite(1).byLongs(Trip::pickupZone, Trip::dropoffZone);

  private final Neo4jTrips trips;

  Neo4jTripSink(TaxiTripsOptions options, SinkPlace place) {
    if (options.getCounts() != ConflictFreeOptions.Counting.immediate) {
      throw new IllegalArgumentException(
          "--counts=%s is for PostgreSQL, and --jdbcUrl names Neo4j"
              .formatted(options.getCounts()));
    }
    JdbcTarget database = Sinks.jdbc(place, options, ServerUrls.TO_COME);
    this.trips = Neo4jTrips.into(database);
    try {
      Neo4jDrivers.check();
    } catch (IllegalStateException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns whether a database is Neo4j. */
  static boolean isAt(SinkPlace place) {
    String url = place.url();
    return url != null && Neo4jDrivers.accepts(url);
  }

  @Override
  public String kind() {
    return "Neo4j";
  }

  @Override
  public List<String> creates() {
    return List.of(
        "the unique constraint on :Trip",
        "the unique constraint on :Zone",
        "the nodes (:DiagonalSlot {n}) that keep parallel processes apart");
  }

  @Override
  public String target() {
    return trips.target();
  }

  @Override
  public @Nullable PieceCuts prepare(ServerUrls servers, List<Zone> zones, InputFiles files)
      throws Exception {
    trips.withLocks(ANY_GRID).prepare(zones);
    return null;
  }

  @Override
  public void dryRun(Findings findings, InputFiles files) throws InterruptedException {
    boolean unused =
        findings.check(
            () -> {
              List<String> graph = trips.withLocks(ANY_GRID).check();
              graph.forEach(line -> findings.say("graph:   " + line));
              return "server:  %s, which accepts the statement".formatted(trips.target());
            });
  }

  @Override
  public BatchWriter.Factory<Trip> writers(Grid<Trip> grid) {
    return trips.withLocks(grid);
  }
}
