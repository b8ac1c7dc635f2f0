package dev.diagonal.pipelines.taxi;

import dev.diagonal.files.InputFiles;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.files.stored.PieceCuts;
import dev.diagonal.internal.taxi.Trip;
import dev.diagonal.internal.taxi.Zone;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.schedule.BatchWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A database for trips and zones. */
interface TripSink {

  /** Returns the kind of database. */
  String kind();

  /** Returns the objects that are created if they are missing. */
  List<String> creates();

  /** Returns the target of the trips, for messages. */
  String target();

  /**
   * Creates what is missing, compares the files with those that were loaded before, and writes the
   * zones before all trips.
   *
   * @return how the files are cut into the pieces that trips name, or null for no pieces
   */
  @Nullable PieceCuts prepare(ServerUrls servers, List<Zone> zones, InputFiles files)
      throws Exception;

  /**
   * Looks at the database, and changes nothing.
   *
   * @param files of the trips
   */
  void dryRun(Findings findings, InputFiles files) throws InterruptedException;

  /**
   * Returns the writers of the trips.
   *
   * @throws IllegalArgumentException if an option is invalid
   */
  BatchWriter.Factory<Trip> writers(Grid<Trip> grid);
}
