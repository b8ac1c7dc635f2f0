package dev.diagonal.internal.taxi;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.taxi.TripColumn.Kind;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.beam.sdk.coders.Coder;
import org.jspecify.annotations.Nullable;

/**
 * A taxi ride from one zone to another. Its id is the place it was read from.
 *
 * <p>A class instead of a record, because there are very many of them: all columns take 240 bytes,
 * whereas objects would take three times as many. Immutable.
 */
public final class Trip {

  private static final int COLUMNS = TripColumn.values().length;

  private final long file;
  private final long offset;

  /** Numbers, bits of doubles and microseconds since 1970, by column index. */
  private final long[] values;

  /** A bit per column that has a value, the lowest for the first column. */
  private final int present;

  /** The value of the only text column. */
  private final @Nullable String flag;

  /** The piece of the file it was read from. */
  private final @Nullable Piece piece;

  Trip(
      long file,
      long offset,
      long[] values,
      int present,
      @Nullable String flag,
      @Nullable Piece piece) {
    this.file = file;
    this.offset = offset;
    this.values = values;
    this.present = present;
    this.flag = flag;
    this.piece = piece;
  }

  /**
   * Returns a trip.
   *
   * @param columns a {@link Long}, {@link Double}, {@link LocalDateTime} or {@link String} for each
   *     column that has a value
   * @throws IllegalArgumentException if a zone is missing, or a value is of another class than its
   *     column
   */
  static Trip of(UUID id, Map<TripColumn, Object> columns) {
    long[] values = new long[COLUMNS];
    int present = 0;
    String flag = null;
    for (Map.Entry<TripColumn, Object> entry : columns.entrySet()) {
      TripColumn column = entry.getKey();
      Object value = entry.getValue();
      present |= 1 << column.index();
      if (column.kind() == Kind.WHOLE && value instanceof Long number) {
        values[column.index()] = number;
      } else if (column.kind() == Kind.NUMBER && value instanceof Double number) {
        values[column.index()] = Double.doubleToLongBits(number);
      } else if (column.kind() == Kind.TIME && value instanceof LocalDateTime time) {
        values[column.index()] = TripTime.micros(time);
      } else if (column.kind() == Kind.TEXT && value instanceof String text) {
        flag = text;
      } else {
        throw new IllegalArgumentException(
            "%s must be a %s, got %s".formatted(column, column.kind(), value));
      }
    }
    for (TripColumn column : TripColumn.values()) {
      checkArgument(!column.isRequired() || columns.containsKey(column), "%s is missing", column);
    }
    return new Trip(
        id.getMostSignificantBits(), id.getLeastSignificantBits(), values, present, flag, null);
  }

  /** Returns the coder: the place, which columns there are, then these, numbers as varints. */
  public static Coder<Trip> coder() {
    return TripCoder.OF;
  }

  /** Returns 64 bits for the file and the byte offset of the line. */
  UUID id() {
    return new UUID(file, offset);
  }

  /** Returns the piece of the file it was read from. */
  public @Nullable Piece piece() {
    return piece;
  }

  public long pickupZone() {
    return values[TripColumn.PICKUP_ZONE.index()];
  }

  public long dropoffZone() {
    return values[TripColumn.DROPOFF_ZONE.index()];
  }

  /** Returns whether a column has no value. */
  boolean isNull(TripColumn column) {
    return (present & 1 << column.index()) == 0;
  }

  /** Returns a {@link Long}, {@link Double}, {@link LocalDateTime} or {@link String}, or null. */
  @Nullable Object get(TripColumn column) {
    if (isNull(column)) {
      return null;
    }
    long value = values[column.index()];
    return switch (column.kind()) {
      case WHOLE -> value;
      case NUMBER -> Double.longBitsToDouble(value);
      case TIME -> TripTime.of(value);
      case TEXT -> flag;
    };
  }

  /** Returns the columns that have a value. */
  Map<TripColumn, Object> columns() {
    Map<TripColumn, Object> columns = new EnumMap<>(TripColumn.class);
    for (TripColumn column : TripColumn.values()) {
      Object value = get(column);
      if (value != null) {
        columns.put(column, value);
      }
    }
    return Collections.unmodifiableMap(columns);
  }

  long file() {
    return file;
  }

  long offset() {
    return offset;
  }

  int present() {
    return present;
  }

  /** Returns the stored value of a column that is not a text. */
  long raw(TripColumn column) {
    return values[column.index()];
  }

  @Nullable String flag() {
    return flag;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Trip trip
        && file == trip.file
        && offset == trip.offset
        && present == trip.present
        && Arrays.equals(values, trip.values)
        && Objects.equals(flag, trip.flag)
        && Objects.equals(piece, trip.piece);
  }

  @Override
  public int hashCode() {
    return Objects.hash(file, offset, present, Arrays.hashCode(values), flag);
  }

  @Override
  public String toString() {
    return "Trip[%s: %s -> %s, %s]".formatted(id(), pickupZone(), dropoffZone(), columns());
  }
}
