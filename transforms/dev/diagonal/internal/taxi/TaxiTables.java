package dev.diagonal.internal.taxi;

import dev.diagonal.jdbc.relationships.EndTable;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.statement.RowParameters;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables of trips and zones in PostgreSQL: {@code trips(trip_id, vendor_id, …)} with the
 * columns of {@link TripColumn}, and {@code zones(id, borough, zone, service_zone, pickups,
 * dropoffs, revenue)}, where the revenue is the sum of {@code total_amount} of the trips that start
 * there.
 */
public final class TaxiTables {

  private static final String ID = "id";
  private static final List<Column> OF_ZONES =
      List.of(
          Column.of("borough", "text"),
          Column.of("zone", "text"),
          Column.of("service_zone", "text"));

  private TaxiTables() {}

  /**
   * Returns the tables of trips and zones, with counts at the zones.
   *
   * @param trips the table of trips: table or schema.table
   * @param zones the table of zones
   * @throws IllegalArgumentException if one is not a valid table name
   */
  public static RelationshipTables of(String trips, String zones) {
    return new RelationshipTables(
        new Table(trips, tripColumns()),
        TripColumn.PICKUP_ZONE.sqlName(),
        TripColumn.DROPOFF_ZONE.sqlName(),
        EndTable.of(zones, ID, "pickups")
            .withTotal("revenue", "numeric", TripColumn.TOTAL_AMOUNT.sqlName())
            .withFurther(OF_ZONES),
        EndTable.of(zones, ID, "dropoffs"));
  }

  /** Returns the values of a trip for a statement; the id is a UUID. */
  static RowParameters<Trip> tripParameters() {
    return new RowParameters<>(tripColumns(), tripBinder());
  }

  private static List<Column> tripColumns() {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.key("trip_id", "uuid"));
    for (TripColumn column : TripColumn.values()) {
      columns.add(Column.of(column.sqlName(), column.kind().sqlType()));
    }
    return columns;
  }

  /** Returns a table of the columns of zones that do not depend on trips. */
  public static Table zones(String zones) {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.key(ID, TripColumn.Kind.WHOLE.sqlType()));
    columns.addAll(OF_ZONES);
    return new Table(zones, columns);
  }

  /** Returns a binder for rows of the table of trips. */
  public static RowBinder<Trip> tripBinder() {
    return (trip, values) -> {
      values.putUuid(trip.id());
      for (TripColumn column : TripColumn.values()) {
        values.putObject(trip.get(column));
      }
    };
  }

  /** Returns a binder for rows of {@link #zones}. */
  public static RowBinder<Zone> zoneBinder() {
    return (zone, values) ->
        values
            .putLong(zone.id())
            .putText(zone.borough())
            .putText(zone.name())
            .putText(zone.serviceZone());
  }
}
