package dev.diagonal.taxi;

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

final class TripLinesTest {

  private static final long FILE_OFFSET = 2_000;
  private static final String HEADER =
      "store_and_fwd_flag,VendorID,lpep_pickup_datetime,PULocationID,DOLocationID,fare_amount,more";

  private record Parsed(List<Trip> trips, List<DeadLetter> bad) {}

  @Test
  void columnsAreFoundByTheirNamesAndEmptyFieldsAreNull() {
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
                    TripColumn.LPEP_PICKUP_DATETIME,
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
        "N,2,,74,42,7|6 fields where the header has 7",
        "N,2,,74,42,7,\"x|a quote is not closed",
        "é,2,,74,42,7,x|the store_and_fwd_flag '\uFFFD' is not UTF-8",
      })
  void aLineThatIsNoTripIsABadLineWithItsReason(String line, String reason) {
    Parsed parsed = parse("N,2,,74,42,7,x\n" + line + "\nN,2,,75,42,7,x\n", ISO_8859_1);
    assertThat(parsed.trips()).extracting(Trip::pickupZone).containsExactly(74L, 75L);
    assertThat(parsed.bad())
        .containsExactly(
            new DeadLetter("t.csv", 2_015, reason, new String(line.getBytes(ISO_8859_1), UTF_8)));
  }

  @Test
  void aFileWithoutAColumnOfTheZonesIsRefused() {
    LineConsumer<Trip> lines = TripLines.factory().create();
    assertThatThrownBy(() -> lines.open(new TextFile("t.csv", "VendorID,DOLocationID")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "t.csv has no column 'PULocationID': its first line is 'VendorID,DOLocationID'");
    assertThatThrownBy(() -> lines.open(new TextFile("t.csv", null)))
        .hasMessage("the header of t.csv: it has none");
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
