package dev.diagonal.pipelines.taxi;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.ConflictEvidence.Found;
import dev.diagonal.testing.ConflictEvidenceExtension;
import dev.diagonal.testing.DuckDb;
import dev.diagonal.testing.EdgeDatabase;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(ConflictEvidenceExtension.class)
final class TaxiTripsIT {

  private static final Path GREEN = Path.of("..", "shared", "data", "taxi-green-2025-11");
  private static final TripFile TRIPS = new TripFile(20_000, 100);
  private static final String ZONES =
      """
      "LocationID","Borough","Zone","service_zone"
      1,"EWR","Newark, Airport","EWR"
      2,"Queens",,"Boro Zone"
      """;

  private final Path directory;
  private final ConflictEvidence evidence;
  private final EdgeDatabase database;

  TaxiTripsIT(@TempDir Path directory, ConflictEvidence evidence) {
    this.directory = directory;
    this.evidence = evidence;
    this.database = evidence.database();
  }

  @BeforeEach
  void dropTables() throws SQLException {
    database.execute("DROP TABLE IF EXISTS trips, zones CASCADE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void writesAndCountsEachTripOnceWithoutConflicts(String runner) throws Exception {
    Path input = TRIPS.writeTo(directory.resolve("trips.csv"));
    Path zones = Files.writeString(directory.resolve("zones.csv"), ZONES);
    String options = "--input=" + input + " --zones=" + zones + " --tableSize=8 --batchSize=200 ";
    // A run that makes the tables, for the triggers on them.
    Path first = Files.writeString(directory.resolve("first.csv"), TripFile.HEADER + "\n");
    Launched nothing = launch("--input=" + first);
    assertDone(nothing);
    assertThat(nothing.out())
        .anyMatch(line -> line.contains("no transactions: there was nothing to write"));
    evidence.watch("zones");
    for (int run = 1; run <= 2; run++) {
      Launched launched = launch(options + runner);
      assertDone(launched);
      assertThat(launched.out().get(0)).startsWith("taxi-trips: 20,000 rows read, 0 bad, in ");
      assertCounts(20_000);
      assertThat(row("SELECT count(*) - count(passenger_count) FROM trips")).isEqualTo("2500");
      assertThat(
              row("SELECT borough || '/' || zone || '/' || service_zone FROM zones WHERE id = 1"))
          .isEqualTo("EWR/Newark, Airport/EWR");
      assertThat(row("SELECT zone IS NULL FROM zones WHERE id = 2")).isEqualTo("t");
    }
    assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
  }

  @Test
  void greenTaxis() throws Exception {
    assumeThat(GREEN).exists();
    Path zipped = directory.resolve("green.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      Files.copy(GREEN.resolve("green_tripdata_2025-11.csv"), out);
    }
    // A run that makes the tables, for the triggers on them.
    Path none = Files.writeString(directory.resolve("none.csv"), TripFile.HEADER + "\n");
    for (Path input : List.of(GREEN.resolve("green_tripdata_2025-11.csv"), zipped)) {
      dropTables();
      assertDone(launch("--input=" + none));
      evidence.watch("zones");
      for (int run = 1; run <= 2; run++) {
        assertDone(
            launch("--input=" + input + " --zones=" + GREEN.resolve("taxi_zone_lookup.csv")));
        assertCounts(46_912);
        assertThat(row("SELECT count(*) FROM trips WHERE pickup_zone = 74 AND dropoff_zone = 75"))
            .isEqualTo("1790");
        assertThat(row("SELECT sum(pickups + dropoffs) FROM zones")).isEqualTo("93824");
        assertThat(row("SELECT count(*) FROM zones")).isEqualTo("265");
        assertThat(row("SELECT count(*) - count(passenger_count) FROM trips")).isEqualTo("5569");
      }
      assertThat(evidence.found()).matches(Found::isConflictFree, "no conflict");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void theSummaryNamesMissingAndUnknownColumns(String runner) throws Exception {
    Path yellow =
        Files.writeString(
            directory.resolve("yellow.csv"),
            """
            VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,passenger_count,trip_distance,\
            RatecodeID,store_and_fwd_flag,PULocationID,DOLocationID,payment_type,fare_amount,extra,\
            mta_tax,tip_amount,tolls_amount,improvement_surcharge,total_amount,\
            congestion_surcharge,Airport_fee,tip\u0007per
            1,2024-01-01T00:57:55Z,2024-01-01T01:17:43Z,1,1.72,1,N,186,79,2,17.7,1,0.5,0,0,1,22.7,\
            2.5,1.75,x
            """);
    Launched launched = launch("--input=" + yellow + " " + runner);
    assertDone(launched);
    assertThat(launched.out())
        .contains(
            "  columns that some files lack (null there): cbd_congestion_fee, ehail_fee, trip_type",
            "  columns of files that were not loaded: tip\uFFFDper");
    assertThat(
            row(
                "SELECT pickup_datetime || '/' || dropoff_datetime || '/' || airport_fee FROM trips"))
        .isEqualTo("2024-01-01 00:57:55/2024-01-01 01:17:43/1.75");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runner=DirectRunner", "--runner=FlinkRunner --flinkMaster=[local]"})
  void readsParquet(String runner) throws Exception {
    Path input = directory.resolve("yellow.parquet");
    try (DuckDb duck = DuckDb.open()) {
      Path unused =
          duck.write(
              """
              SELECT 1 AS VendorID, TIMESTAMP '2024-01-01 00:00:00' + to_seconds(i)
                AS tpep_pickup_datetime, (1 + i % 100)::INTEGER AS PULocationID,
                (1 + i % 37)::INTEGER AS DOLocationID, CASE WHEN i % 8 > 0 THEN 1.0::DOUBLE END
                AS passenger_count, (i % 50)::DOUBLE + 0.25 AS total_amount, [i] AS events
              FROM range(20000) r(i)\
              """,
              input, "row_group_size 4096");
    }
    for (int run = 1; run <= 2; run++) {
      Launched launched = launch("--input=" + input + " --tableSize=8 --batchSize=200 " + runner);
      assertDone(launched);
      assertThat(launched.out().get(0)).startsWith("taxi-trips: 20,000 rows read, 0 bad, in ");
      assertThat(launched.out()).contains("  columns of files that were not loaded: events");
      assertCounts(20_000);
      assertThat(row("SELECT count(passenger_count) || ',' || max(pickup_datetime) FROM trips"))
          .isEqualTo("17500,2024-01-01 05:33:19");
    }
  }

  @Test
  void badTripsGoToFileOrFailRun() throws Exception {
    Path input = new TripFile(500, 20).writeTo(directory.resolve("trips.csv"));
    Files.writeString(
        input,
        "2,yesterday,1,2,1.0,1.5\n2,2025-11-01 00:00:00,,2,1.0,1.5\n",
        StandardOpenOption.APPEND);
    Launched failed = launch("--input=" + input);
    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err()).anyMatch(line -> line.contains("trips.csv, byte "));

    Path bad = directory.resolve("bad.jsonl");
    assertDone(launch("--input=" + input + " --badRecords=" + bad));
    assertThat(Files.readAllLines(bad))
        .hasSize(2)
        .anyMatch(line -> line.contains("'yesterday' is not a time like 2025-11-01 00:34:48"))
        .anyMatch(line -> line.contains("PULocationID is empty"));
    assertCounts(500);
  }

  @Test
  void refusedTripsFailRunOrBecomeBadRecords() throws Exception {
    Path none = Files.writeString(directory.resolve("none.csv"), TripFile.HEADER + "\n");
    assertDone(launch("--input=" + none)); // makes the tables
    database.execute("ALTER TABLE trips ADD CONSTRAINT cheap CHECK (total_amount < 777777)");
    Path input = new TripFile(500, 20).writeTo(directory.resolve("trips.csv"));
    Files.writeString(input, "2,2025-11-01 00:00:00,1,2,1.0,777777\n", StandardOpenOption.APPEND);

    Launched failed = launch("--input=" + input);
    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.err()).anyMatch(line -> line.contains("\"cheap\""));

    Path bad = directory.resolve("bad.jsonl");
    assertDone(launch("--input=" + input + " --badRecords=" + bad));
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("violates check constraint", "cheap", "777777");
    assertCounts(500);
  }

  @Test
  void aWrongOptionIsNamed() throws Exception {
    Path input = new TripFile(10, 5).writeTo(directory.resolve("trips.csv"));
    Path zones = Files.writeString(directory.resolve("zones.csv"), ZONES + "x,,,\n");
    assertRefused("--input is missing: Files of trips with a header", "");
    assertRefused("--input: no file matches", "--input=" + directory.resolve("none"));
    assertRefused(
        "zones.csv, line 4: the LocationID 'x' is not a whole number",
        "--input=" + input + " --zones=" + zones);
    assertRefused(
        "must have tables of their own, got x for both",
        "--input=" + input + " --tripsTable=x --zonesTable=x");
  }

  private void assertRefused(String message, String options) {
    Launched launched = launch(options);
    assertThat(launched.exitCode()).as(options).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err()).anyMatch(line -> line.contains(message));
  }

  /** All trips are there, and zones count what the trips themselves come to. */
  private void assertCounts(int trips) throws SQLException {
    assertThat(row("SELECT count(*) FROM trips")).isEqualTo(String.valueOf(trips));
    assertThat(
            database.query(
                """
                SELECT id FROM zones FULL JOIN (
                  SELECT id, sum(p) AS p, sum(d) AS d, sum(r) AS r FROM (
                    SELECT pickup_zone AS id, 1 AS p, 0 AS d, total_amount AS r FROM trips
                    UNION ALL SELECT dropoff_zone, 0, 1, 0 FROM trips) AS ends GROUP BY id) AS t
                USING (id)
                WHERE (pickups, dropoffs, revenue)
                  IS DISTINCT FROM (coalesce(p, 0), coalesce(d, 0), coalesce(r, 0))\
                """))
        .isEmpty();
  }

  private Launched launch(String options) {
    List<String> args = new ArrayList<>(List.of("taxi-trips"));
    if (!options.isEmpty()) {
      args.addAll(List.of(options.trim().split(" +")));
    }
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + database.postgres().user());
    return Launched.with(List.of(new TaxiTrips()), args.toArray(String[]::new));
  }

  private String row(String query) throws SQLException {
    return String.valueOf(database.query(query).get(0));
  }
}
