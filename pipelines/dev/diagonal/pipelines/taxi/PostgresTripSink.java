package dev.diagonal.pipelines.taxi;

import dev.diagonal.grid.Grid;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import dev.diagonal.jdbc.write.UpsertRows;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.taxi.TaxiTables;
import dev.diagonal.taxi.Trip;
import dev.diagonal.taxi.Zone;
import java.util.List;
import java.util.stream.Stream;

/** Trips and zones in two tables of PostgreSQL. */
final class PostgresTripSink implements TripSink {

  private final TaxiTripsOptions options;
  private final SinkPlace place;
  private final RelationshipTables tables;
  private JdbcTarget database;

  PostgresTripSink(TaxiTripsOptions options, SinkPlace place) {
    this.options = options;
    this.place = place;
    this.tables = TaxiTables.of(options.getTripsTable(), options.getZonesTable());
    this.database = Sinks.jdbc(place, options, ServerUrls.TO_COME);
  }

  @Override
  public String kind() {
    return "PostgreSQL";
  }

  @Override
  public List<String> creates() {
    return Stream.of(options.getTripsTable(), options.getZonesTable())
        .map(table -> "the table " + table)
        .toList();
  }

  @Override
  public String target() {
    return "table %s in %s".formatted(tables.edges().name(), database);
  }

  @Override
  public void prepare(ServerUrls servers, List<Zone> zones, Grid<Trip> grid) throws Exception {
    database = Sinks.jdbc(place, options, servers);
    tables.createIfMissing(database);
    Written unused =
        UpsertRows.now(
            database, TaxiTables.zones(options.getZonesTable()), TaxiTables.zoneBinder(), zones);
  }

  @Override
  public BatchWriter.Factory<Trip> writers(Grid<Trip> grid) {
    return UpsertRelationships.into(database, tables, TaxiTables.tripBinder()).withLocks(grid);
  }
}
