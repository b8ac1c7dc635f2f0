package dev.diagonal.jdbc.table;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.jdbc.sql.Identifiers;
import java.io.Serializable;
import java.util.List;

/**
 * The written columns of a table, in the order in which a {@link RowBinder} binds them.
 *
 * @param name {@code table} or {@code schema.table}, exactly as in the database (quoted in SQL, so
 *     case matters)
 * @param columns the columns, at least one; a table without a {@linkplain Column#key key} can only
 *     be inserted into
 * @param fillfactor how far inserts fill a page if the table is created, in percent, 10 to 100
 */
public record Table(String name, List<Column> columns, int fillfactor) implements Serializable {

  public static final int FULL = 100;

  /**
   * @throws IllegalArgumentException if {@code name} is not one or two identifiers or names a
   *     temporary table, two columns have the same name, there are no columns, or {@code
   *     fillfactor} is out of range
   */
  public Table {
    columns = List.copyOf(columns);
    checkArgument(
        fillfactor >= 10 && fillfactor <= FULL,
        "fillfactor must be within 10 to 100, got %s",
        fillfactor);
    checkName(name);
    checkArgument(
        columns.stream().map(Column::name).distinct().count() == columns.size(),
        "columns of table %s must have different names, got %s",
        name,
        columns.stream().map(Column::name).toList());
    checkArgument(!columns.isEmpty(), "table %s must have a column, got none", name);
  }

  /**
   * Checks the name of a table.
   *
   * @throws IllegalArgumentException if it is not one or two identifiers, or names a temporary
   *     table
   */
  public static void checkName(String name) {
    String[] parts = name.split("\\.", -1);
    checkArgument(
        parts.length <= 2, "table name must be 'table' or 'schema.table', got '%s'", name);
    for (String part : parts) {
      Identifiers.check("table name", part);
    }
    checkArgument(
        parts.length == 1 || !parts[0].matches("pg_temp(_\\d+)?"),
        "table %s would be temporary, so its rows would be lost with the connection: use another schema",
        name);
  }

  /** Returns a table with full pages. */
  public Table(String name, List<Column> columns) {
    this(name, columns, FULL);
  }

  /**
   * Leaves room in the pages of a created table, so that rows that are updated often stay in their
   * page (heap-only tuples: no new index entries).
   *
   * @throws IllegalArgumentException if {@code percent} is not within 10 to 100
   */
  public Table withFillfactor(int percent) {
    return new Table(name, columns, percent);
  }

  public static Table of(String name, Column... columns) {
    return new Table(name, List.of(columns));
  }

  public List<Column> keyColumns() {
    return columns.stream().filter(Column::key).toList();
  }

  public List<Column> otherColumns() {
    return columns.stream().filter(column -> !column.key()).toList();
  }
}
