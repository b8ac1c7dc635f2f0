package dev.diagonal.pipelines.taxi;

import dev.diagonal.grid.Grid;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.taxi.Trip;
import dev.diagonal.taxi.Zone;
import java.util.List;

/** A database that takes trips and zones. */
interface TripSink {

  /** Returns what kind of database it is. */
  String kind();

  /** Returns what is created if it is missing, one of them each. */
  List<String> creates();

  /** Returns where the trips go, as it is shown to users. */
  String target();

  /**
   * Creates what is missing, the slot locks of {@code grid} too, and writes the zones, which come
   * before all trips.
   */
  void prepare(ServerUrls servers, List<Zone> zones, Grid<Trip> grid) throws Exception;

  /**
   * Returns the writers of the trips.
   *
   * @throws IllegalArgumentException if an option does not fit
   */
  BatchWriter.Factory<Trip> writers(Grid<Trip> grid);
}
