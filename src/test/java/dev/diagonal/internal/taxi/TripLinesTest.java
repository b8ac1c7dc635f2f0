package dev.diagonal.internal.taxi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import java.nio.charset.Charset;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TripLinesTest {

  private static final long FILE_OFFSET = 2_000;
  private static final String HEADER =
      "store_and_fwd_flag,VendorID,lpep_pickup_datetime,PULocationID,DOLocationID,fare_amount,more";

  private record Parsed(List<Trip> trips, List<DeadLetter> bad) {}

  @Test
  void readsColumnsByNameAndEmptyAsNull() {
    Parsed parsed =
        parse("N,2.0,2025-11-01 00:34:48,74,42,7.2,x\r\n\n\"Y\",,,75.0,+1,-1e2,\n", UTF_8);
    assertThat(parsed.bad()).isEmpty();
    long file = parsed.trips().get(0).id().getMostSignificantBits();
    assertThat(parsed.trips())
        .containsExactly(
            Trip.of(
                new UUID(file, 2_000),
                Map.of(
                    TripColumn.STORE_AND_FWD_FLAG,
                    "N",
                    TripColumn.VENDOR_ID,
                    2L,
                    TripColumn.PICKUP_DATETIME,
                    LocalDateTime.of(2025, 11, 1, 0, 34, 48),
                    TripColumn.PICKUP_ZONE,
                    74L,
                    TripColumn.DROPOFF_ZONE,
                    42L,
                    TripColumn.FARE_AMOUNT,
                    7.2)),
            Trip.of(
                new UUID(file, 2_040),
                Map.of(
                    TripColumn.STORE_AND_FWD_FLAG,
                    "Y",
                    TripColumn.PICKUP_ZONE,
                    75L,
                    TripColumn.DROPOFF_ZONE,
                    1L,
                    TripColumn.FARE_AMOUNT,
                    -100.0)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "N,2,,,42,7,x|PULocationID is empty",
        "N,2,,74,,7,x|DOLocationID is empty",
        "N,2,,7.4,42,7,x|the PULocationID '7.4' is not a whole number",
        "N,two,,74,42,7,x|the VendorID 'two' is not a whole number",
        "N,2,2025-11-31 00:00:00,74,42,7,x|the lpep_pickup_datetime '2025-11-31 00:00:00' is not a"
            + " time like 2025-11-01 00:34:48",
        "N,2,,74,42,NaN,x|the fare_amount 'NaN' is not a number",
        "N,2,,74,42,1e999,x|the fare_amount '1e999' is not a number",
        "N,2,,74,42,7|6 fields, but the header has 7",
        "N,2,,74,42,7,\"x|a quote is not closed",
        "é,2,,74,42,7,x|the store_and_fwd_flag '\uFFFD' is not UTF-8",
      })
  void invalidTripBecomesDeadLetterWithReason(String line, String reason) {
    Parsed parsed = parse("N,2,,74,42,7,x\n" + line + "\nN,2,,75,42,7,x\n", ISO_8859_1);
    assertThat(parsed.trips()).extracting(Trip::pickupZone).containsExactly(74L, 75L);
    assertThat(parsed.bad())
        .containsExactly(
            new DeadLetter("t.csv", 2_015, reason, new String(line.getBytes(ISO_8859_1), UTF_8)));
  }

  @Test
  void refusesFileWithoutZoneColumn() {
    LineConsumer<Trip> lines = TripLines.factory().create();
    assertThatThrownBy(() -> lines.open(new TextFile("t.csv", "VendorID,DOLocationID")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "t.csv has no column 'PULocationID': its first line is 'VendorID,DOLocationID'");
    assertThatThrownBy(() -> lines.open(new TextFile("t.csv", null)))
        .hasMessage("the header of t.csv: it has none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lpep_pickup_datetime,lpep_dropoff_datetime,PULocationID,DOLocationID,trip_distance",
        "tpep_pickup_datetime,tpep_dropoff_datetime,PULocationID,DOLocationID,trip_distance",
        "pickup_datetime,dropOff_datetime,PUlocationID,DOlocationID,trip_distance",
        "pickup_datetime,dropoff_datetime,PULocationID,DOLocationID,trip_miles",
        "TPEP_PICKUP_DATETIME,tpep_dropoff_datetime,pulocationid,dolocationid,Trip_Distance",
      })
  void readsTheNamesOfEveryService(String header) {
    Parsed parsed = parse(header, "2024-01-01 00:46:55,2024-01-01 00:58:25,236,239,1.98\n");
    assertThat(parsed.bad()).isEmpty();
    assertThat(parsed.trips().get(0).columns())
        .isEqualTo(
            Map.of(
                TripColumn.PICKUP_DATETIME,
                LocalDateTime.of(2024, 1, 1, 0, 46, 55),
                TripColumn.DROPOFF_DATETIME,
                LocalDateTime.of(2024, 1, 1, 0, 58, 25),
                TripColumn.PICKUP_ZONE,
                236L,
                TripColumn.DROPOFF_ZONE,
                239L,
                TripColumn.TRIP_DISTANCE,
                1.98));
  }

  @ParameterizedTest
  @CsvSource({
    "2024-01-01 00:46:55,2024-01-01T00:46:55",
    "2024-01-01T00:46:55,2024-01-01T00:46:55",
    "2024-01-01T00:46:55.000000,2024-01-01T00:46:55",
    "2024-01-01 00:46:55.120,2024-01-01T00:46:55.120",
    "2024-01-01 00:46:55.123456000,2024-01-01T00:46:55.123456",
    "2024-01-01T00:46:55Z,2024-01-01T00:46:55",
    "2024-01-01 00:46:55+00:00,2024-01-01T00:46:55",
    "2024-01-01 00:46:55 UTC,2024-01-01T00:46:55",
    "01/02/2024 12:46:55 AM,2024-01-02T00:46:55",
    "01/02/2024 12:46:55 PM,2024-01-02T12:46:55",
    "12/31/2024 11:59:59 PM,2024-12-31T23:59:59",
  })
  void readsTimesAsOtherToolsWriteThem(String text, LocalDateTime time) {
    Parsed parsed = parse("pickup_datetime,PULocationID,DOLocationID", text + ",1,2\n");
    assertThat(parsed.bad()).isEmpty();
    assertThat(parsed.trips().get(0).get(TripColumn.PICKUP_DATETIME)).isEqualTo(time);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2024-01-01 24:00:00",
        "2024-01-01 00:46:60",
        "2024-01-01",
        "2024-01-01 00:46:55.1234567",
        "2024-01-01T00:46:55-05:00",
        "13/01/2024 12:46:55 AM",
        "01/01/2024 00:46:55 AM",
        "01/01/2024 12:46:55",
        "NaN",
        "\\N",
      })
  void refusesOtherTimes(String text) {
    Parsed parsed = parse("pickup_datetime,PULocationID,DOLocationID", text + ",1,2\n");
    assertThat(parsed.trips()).isEmpty();
    assertThat(parsed.bad())
        .singleElement()
        .extracting(DeadLetter::reason)
        .isEqualTo(
            "the pickup_datetime '%s' is not a time like 2025-11-01 00:34:48".formatted(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.1234567890123456789", "1e-400", "12345678901234567.5"})
  void refusesNumbersThatWouldLoseDigits(String text) {
    String header = "fare_amount,PULocationID,DOLocationID";
    assertThat(parse(header, text + ",1,2\n").bad())
        .singleElement()
        .extracting(DeadLetter::reason)
        .isEqualTo(
            "the fare_amount '%s' is not a number that a double represents exactly"
                .formatted(text));
    assertThat(parse(header, "12.350000000000001,1,2\n1.50000000000000000,1,2\n").bad()).isEmpty();
  }

  @Test
  void refusesAColumnUnderTwoNames() {
    assertThatThrownBy(
            () ->
                parse("tpep_pickup_datetime,PULocationID,DOLocationID,pickup_datetime", "x,1,2,x"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "the header of t.csv has the same column twice: 'tpep_pickup_datetime' and"
                + " 'pickup_datetime'");
  }

  @Test
  void placesOfTwoFilesDiffer() {
    LineConsumer<Trip> lines = TripLines.factory().create();
    List<UUID> ids = new ArrayList<>();
    for (String file : List.of("a.csv", "b.csv", "a.csv")) {
      ids.add(
          read(lines, new TextFile(file, HEADER), "N,2,,74,42,7,x\n".getBytes(UTF_8))
              .trips()
              .get(0)
              .id());
    }
    assertThat(ids.get(0)).isEqualTo(ids.get(2)).isNotEqualTo(ids.get(1));
  }

  private static Parsed parse(String text, Charset charset) {
    return read(
        TripLines.factory().create(), new TextFile("t.csv", HEADER), text.getBytes(charset));
  }

  private static Parsed parse(String header, String text) {
    return read(TripLines.factory().create(), new TextFile("t.csv", header), text.getBytes(UTF_8));
  }

  private static Parsed read(LineConsumer<Trip> lines, TextFile file, byte[] bytes) {
    List<Trip> trips = new ArrayList<>();
    List<DeadLetter> bad = new ArrayList<>();
    LineConsumer.Output<Trip> output =
        new LineConsumer.Output<>() {
          @Override
          public void emit(Trip trip) {
            trips.add(trip);
          }

          @Override
          public void reject(DeadLetter line) {
            bad.add(line);
          }
        };
    lines.open(file);
    assertThat(lines.accept(TextBlock.of(bytes, FILE_OFFSET), output)).isEqualTo(trips.size());
    lines.finish(output);
    return new Parsed(trips, bad);
  }
}
