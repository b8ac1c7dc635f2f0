package dev.diagonal.internal.taxi;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The columns of trips, in the order of the tables and of the coder. Each lists the names that the
 * Taxi and Limousine Commission uses in its files of green, yellow and for-hire trips (<a
 * href="https://www.nyc.gov/site/tlc/about/tlc-trip-record-data.page">data dictionaries</a>); case
 * is ignored.
 */
enum TripColumn {
  VENDOR_ID(Kind.WHOLE, "VendorID"),
  PICKUP_DATETIME(Kind.TIME, "lpep_pickup_datetime", "tpep_pickup_datetime", "pickup_datetime"),
  DROPOFF_DATETIME(Kind.TIME, "lpep_dropoff_datetime", "tpep_dropoff_datetime", "dropoff_datetime"),
  STORE_AND_FWD_FLAG(Kind.TEXT, "store_and_fwd_flag"),
  RATECODE_ID(Kind.WHOLE, "RatecodeID"),
  PICKUP_ZONE(Kind.WHOLE, "PULocationID"),
  DROPOFF_ZONE(Kind.WHOLE, "DOLocationID"),
  PASSENGER_COUNT(Kind.WHOLE, "passenger_count"),
  TRIP_DISTANCE(Kind.NUMBER, "trip_distance", "trip_miles"),
  FARE_AMOUNT(Kind.NUMBER, "fare_amount", "base_passenger_fare"),
  EXTRA(Kind.NUMBER, "extra"),
  MTA_TAX(Kind.NUMBER, "mta_tax"),
  TIP_AMOUNT(Kind.NUMBER, "tip_amount", "tips"),
  TOLLS_AMOUNT(Kind.NUMBER, "tolls_amount", "tolls"),
  EHAIL_FEE(Kind.NUMBER, "ehail_fee"),
  IMPROVEMENT_SURCHARGE(Kind.NUMBER, "improvement_surcharge"),
  TOTAL_AMOUNT(Kind.NUMBER, "total_amount"),
  PAYMENT_TYPE(Kind.WHOLE, "payment_type"),
  TRIP_TYPE(Kind.WHOLE, "trip_type"),
  CONGESTION_SURCHARGE(Kind.NUMBER, "congestion_surcharge"),
  CBD_CONGESTION_FEE(Kind.NUMBER, "cbd_congestion_fee"),
  AIRPORT_FEE(Kind.NUMBER, "airport_fee");

  /** The type of a column's values. */
  public enum Kind {
    /** A whole number; files that were converted from Parquet may write 1.0. */
    WHOLE("bigint"),

    /** A decimal number, stored as the {@code double} whose shortest form is that of the file. */
    NUMBER("numeric"),

    /** A time on the clock of New York, without a zone, to the microsecond. */
    TIME("timestamp without time zone"),

    TEXT("text");

    private final String sqlType;

    Kind(String sqlType) {
      this.sqlType = sqlType;
    }

    /** Returns its PostgreSQL type. */
    public String sqlType() {
      return sqlType;
    }
  }

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<String> headers;

  private final Kind kind;

  TripColumn(Kind kind, String... headers) {
    this.kind = kind;
    this.headers = List.of(headers);
  }

  /** Returns its names in headers. */
  List<String> headers() {
    return headers;
  }

  public Kind kind() {
    return kind;
  }

  /** Returns its name in a database. */
  public String sqlName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the column that a file calls by this name, or null. */
  static @Nullable TripColumn named(String header) {
    for (TripColumn column : values()) {
      if (column.headers.stream().anyMatch(header::equalsIgnoreCase)) {
        return column;
      }
    }
    return null;
  }

  /** Returns its index in the order of the columns, from 0. */
  @SuppressWarnings("EnumOrdinal") // tables and the coder depend on the order
  int index() {
    return ordinal();
  }

  /** Returns whether a trip must have it. */
  public boolean isRequired() {
    return this == PICKUP_ZONE || this == DROPOFF_ZONE;
  }
}
