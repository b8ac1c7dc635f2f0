package dev.diagonal.taxi;

import java.util.Locale;

/**
 * The columns of a file of green taxi trips, as the Taxi and Limousine Commission calls them (<a
 * href="https://www.nyc.gov/assets/tlc/downloads/pdf/data_dictionary_trip_records_green.pdf">data
 * dictionary</a>). Their order is that of the tables and of the coder.
 */
public enum TripColumn {
  VENDOR_ID("VendorID", Kind.WHOLE),
  LPEP_PICKUP_DATETIME("lpep_pickup_datetime", Kind.TIME),
  LPEP_DROPOFF_DATETIME("lpep_dropoff_datetime", Kind.TIME),
  STORE_AND_FWD_FLAG("store_and_fwd_flag", Kind.TEXT),
  RATECODE_ID("RatecodeID", Kind.WHOLE),
  PICKUP_ZONE("PULocationID", Kind.WHOLE),
  DROPOFF_ZONE("DOLocationID", Kind.WHOLE),
  PASSENGER_COUNT("passenger_count", Kind.WHOLE),
  TRIP_DISTANCE("trip_distance", Kind.NUMBER),
  FARE_AMOUNT("fare_amount", Kind.NUMBER),
  EXTRA("extra", Kind.NUMBER),
  MTA_TAX("mta_tax", Kind.NUMBER),
  TIP_AMOUNT("tip_amount", Kind.NUMBER),
  TOLLS_AMOUNT("tolls_amount", Kind.NUMBER),
  EHAIL_FEE("ehail_fee", Kind.NUMBER),
  IMPROVEMENT_SURCHARGE("improvement_surcharge", Kind.NUMBER),
  TOTAL_AMOUNT("total_amount", Kind.NUMBER),
  PAYMENT_TYPE("payment_type", Kind.WHOLE),
  TRIP_TYPE("trip_type", Kind.WHOLE),
  CONGESTION_SURCHARGE("congestion_surcharge", Kind.NUMBER),
  CBD_CONGESTION_FEE("cbd_congestion_fee", Kind.NUMBER);

  /** What the values of a column are. */
  public enum Kind {
    /** A whole number; files that were converted from Parquet also spell it 1.0. */
    WHOLE("bigint"),

    /** A decimal number. A {@code double}, whose shortest spelling is that of the file. */
    NUMBER("numeric"),

    /** A time on the clock of New York, without a zone, to the second. */
    TIME("timestamp without time zone"),

    TEXT("text");

    private final String sqlType;

    Kind(String sqlType) {
      this.sqlType = sqlType;
    }

    /** Returns PostgreSQL's type for it. */
    public String sqlType() {
      return sqlType;
    }
  }

  private final String header;
  private final Kind kind;

  TripColumn(String header, Kind kind) {
    this.header = header;
    this.kind = kind;
  }

  /** Returns what it is called in the first line of a file. */
  public String header() {
    return header;
  }

  public Kind kind() {
    return kind;
  }

  /** Returns what it is called in a database. */
  public String sqlName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns its place in the order of the columns, from 0. */
  @SuppressWarnings("EnumOrdinal") // The order is that of tables and the coder: it stays.
  int index() {
    return ordinal();
  }

  /** Whether a trip without it is none. */
  public boolean isRequired() {
    return this == PICKUP_ZONE || this == DROPOFF_ZONE;
  }
}
