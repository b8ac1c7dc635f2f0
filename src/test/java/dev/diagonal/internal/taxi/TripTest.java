package dev.diagonal.internal.taxi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.beam.sdk.testing.CoderProperties;

class TripTest {

  @Property(tries = 300)
  void coderKeepsAllColumnsOfTrip(
      @ForAll long file, @ForAll long offset, @ForAll("columns") Map<TripColumn, Object> columns)
      throws Exception {
    Trip trip = Trip.of(new UUID(file, offset), columns);
    assertThat(trip.columns()).isEqualTo(columns);
    assertThat(trip.id()).isEqualTo(new UUID(file, offset));
    CoderProperties.coderDecodeEncodeEqual(Trip.coder(), trip);
    CoderProperties.coderSerializable(Trip.coder());
    for (TripColumn column : TripColumn.values()) {
      assertThat(trip.isNull(column)).isEqualTo(!columns.containsKey(column));
    }
  }

  @Provide
  Arbitrary<Map<TripColumn, Object>> columns() {
    Arbitrary<Map<TripColumn, Object>> all =
        Combinators.combine(
                Arbitraries.longs(),
                Arbitraries.doubles(),
                Arbitraries.longs().between(-1_000_000_000_000L, 1_000_000_000_000L),
                Arbitraries.strings().ofMaxLength(9))
            .as(TripTest::filled);
    return Combinators.combine(all, Arbitraries.integers())
        .as(
            (filled, kept) -> {
              filled.keySet().removeIf(c -> !c.isRequired() && (kept >> c.index() & 1) == 0);
              return filled;
            });
  }

  private static Map<TripColumn, Object> filled(
      long whole, double number, long seconds, String text) {
    Map<TripColumn, Object> filled = new EnumMap<>(TripColumn.class);
    for (TripColumn column : TripColumn.values()) {
      filled.put(
          column,
          switch (column.kind()) {
            case WHOLE -> whole + column.index();
            case NUMBER -> number;
            case TIME -> LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
            case TEXT -> text;
          });
    }
    return filled;
  }

  @Example
  void refusesTripsWithoutZonesOrWithWrongTypes() {
    UUID id = new UUID(1, 2);
    assertThatThrownBy(() -> Trip.of(id, Map.of(TripColumn.PICKUP_ZONE, 1L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("DROPOFF_ZONE is missing");
    assertThatThrownBy(() -> Trip.of(id, Map.of(TripColumn.VENDOR_ID, "x")))
        .hasMessage("VENDOR_ID must be a WHOLE, got x");
  }
}
