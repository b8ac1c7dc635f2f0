package dev.diagonal.pipelines.taxi;

import dev.diagonal.files.InputFiles;
import dev.diagonal.files.PieceCuts;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.taxi.Trip;
import dev.diagonal.internal.taxi.Zone;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.schedule.BatchWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A database that takes trips and zones. */
interface TripSink {

  /** Returns what kind of database it is. */
  String kind();

  /** Returns what is created if it is missing, one of them each. */
  List<String> creates();

  /** Returns where the trips go, as it is shown to users. */
  String target();

  /**
   * Creates what is missing, compares the files with those that are loaded, and writes the zones,
   * which come before all trips.
   *
   * @return how the files are cut into the pieces that trips name, or null for no pieces
   */
  @Nullable PieceCuts prepare(ServerUrls servers, List<Zone> zones, InputFiles files)
      throws Exception;

  /**
   * Returns the writers of the trips.
   *
   * @throws IllegalArgumentException if an option does not fit
   */
  BatchWriter.Factory<Trip> writers(Grid<Trip> grid);
}
