package dev.diagonal.pipelines.taxi;

import dev.diagonal.pipelines.command.PipelineCommand;
import dev.diagonal.pipelines.run.Job;
import java.util.List;

/** Writes taxi trips in parallel, and counts them at both of their zones. */
public final class TaxiTrips extends PipelineCommand<TaxiTripsOptions> {

  @Override
  public String name() {
    return "taxi-trips";
  }

  @Override
  public String summary() {
    return "New York's taxi trips and zones, from CSV files into PostgreSQL or Neo4j, counted at both zones, in parallel without lock conflicts";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "taxi-trips --input=green_tripdata_2025-11.csv --zones=taxi_zone_lookup.csv --jdbcUrl=jdbc:postgresql://db/taxi --jdbcUser=me");
  }

  @Override
  public Class<TaxiTripsOptions> options() {
    return TaxiTripsOptions.class;
  }

  @Override
  protected Job plan(TaxiTripsOptions options) {
    return TaxiTripsJob.of(options);
  }
}
