package dev.diagonal.pipelines.taxi;

import dev.diagonal.files.InputFiles;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.files.stored.PieceCuts;
import dev.diagonal.internal.jdbc.relationships.LoadedFiles;
import dev.diagonal.internal.jdbc.relationships.RelationshipCheck;
import dev.diagonal.internal.jdbc.table.FilesOfRows;
import dev.diagonal.internal.jdbc.table.RowsOfFiles;
import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.internal.taxi.TaxiTables;
import dev.diagonal.internal.taxi.Trip;
import dev.diagonal.internal.taxi.UpsertRows;
import dev.diagonal.internal.taxi.Zone;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.options.Counts;
import dev.diagonal.pipelines.options.FileChangeOptions;
import dev.diagonal.pipelines.options.InternalSchemaOptions;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes trips and zones to two PostgreSQL tables. */
final class PostgresTripSink implements TripSink {

  /** For the locks of a fold, which takes all of them; they are the same for every size. */
  private static final int TABLE_SIZE = 64;

  private final TaxiTripsOptions options;
  private final SinkPlace place;
  private final Counts counts;
  private final RelationshipTables tables;
  private final FilesOfRows<Trip> filesOfTrips;
  private JdbcTarget database;
  private @Nullable PieceCuts pieces;

  PostgresTripSink(TaxiTripsOptions options, SinkPlace place, Counts counts) {
    this.options = options;
    this.place = place;
    Sinks.checkTable("tripsTable", options.getTripsTable());
    Sinks.checkTable("zonesTable", options.getZonesTable());
    this.counts = counts;
    this.tables = TaxiTables.of(options.getTripsTable(), options.getZonesTable());
    this.filesOfTrips =
        new FilesOfRows<>(
            InternalSchemaOptions.schemaOf(options).name(), Trip::piece, FileChangeOptions.ADVICE);
    this.database = Sinks.postgres(place, options, ServerUrls.TO_COME);
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
  public @Nullable PieceCuts prepare(ServerUrls servers, List<Zone> zones, InputFiles files)
      throws Exception {
    database = Sinks.postgres(place, options, servers);
    tables.createIfMissing(database);
    pieces =
        new LoadedFiles(database, filesOfTrips, tables.edges(), options.getAppendOnly())
            .compare(files);
    counts.prepare(
        writers(Grid.monopartite(TABLE_SIZE).byLongs(Trip::pickupZone, Trip::dropoffZone)));
    Written unused =
        UpsertRows.now(
            database, TaxiTables.zones(options.getZonesTable()), TaxiTables.zoneBinder(), zones);
    return pieces;
  }

  @Override
  public void dryRun(Findings findings, InputFiles files) throws InterruptedException {
    if (!findings.check(() -> "server:  " + new TableCheck(database).server())) {
      return;
    }
    RelationshipCheck check = new RelationshipCheck(database, tables);
    for (Table each : check.all()) {
      boolean unused = findings.check(() -> "table:   " + check.look(each));
    }
    boolean unused =
        findings.check(
            () ->
                "files:   "
                    + new LoadedFiles(
                            database, filesOfTrips, tables.edges(), options.getAppendOnly())
                        .look(files));
  }

  @Override
  public UpsertRelationships<Trip> writers(Grid<Trip> grid) {
    RowBinder<Trip> binder =
        RowsOfFiles.of(TaxiTables.tripBinder(), pieces == null ? null : filesOfTrips);
    return counts.with(UpsertRelationships.into(database, tables, binder), grid);
  }
}
