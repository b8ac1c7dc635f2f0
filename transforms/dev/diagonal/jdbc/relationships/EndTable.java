package dev.diagonal.jdbc.relationships;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.jdbc.table.Column;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table with one row per id at one end of the relationships, and what a relationship adds to that
 * row.
 *
 * @param name {@code table} or {@code schema.table}, as in {@link dev.diagonal.jdbc.table.Table}
 * @param id the column of the id, which is the key; its type is that of the relationships' end
 * @param counter the column that counts the relationships at this end, a {@code bigint}
 * @param total a value of the relationships that is also summed, or null
 * @param further columns that the table is created with but that are never written
 */
public record EndTable(
    String name, String id, String counter, @Nullable Total total, List<Column> further)
    implements Serializable {

  /**
   * A value of the relationship that is summed in a column of the end; null adds 0.
   *
   * @param column the column of the end
   * @param type its SQL type, a number
   * @param of the column of the relationship
   */
  public record Total(String column, String type, String of) implements Serializable {}

  /**
   * @throws IllegalArgumentException if a further column is a key; {@link RelationshipTables}
   *     checks names and types
   */
  public EndTable {
    further = List.copyOf(further);
    checkArgument(
        further.stream().noneMatch(Column::key),
        "further columns of table %s must not be keys, got %s",
        name,
        further);
  }

  public static EndTable of(String name, String id, String counter) {
    return new EndTable(name, id, counter, null, List.of());
  }

  /**
   * Sums {@code edgeColumn} of the relationships in {@code column}, a number of type {@code type}.
   */
  public EndTable withTotal(String column, String type, String edgeColumn) {
    return new EndTable(name, id, counter, new Total(column, type, edgeColumn), further);
  }

  /** Also creates the table with these columns. Counting leaves their values unchanged. */
  public EndTable withFurther(List<Column> columns) {
    return new EndTable(name, id, counter, total, columns);
  }
}
