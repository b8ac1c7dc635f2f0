package dev.diagonal.statement;

import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import java.io.Serializable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The values of a row that a statement takes.
 *
 * @param columns the names of the values, the first of which identifies a batch in messages, and
 *     their PostgreSQL types: {@code bigint}, {@code double precision}, {@code numeric}, {@code
 *     text}, {@code boolean}, {@code date}, and so on; {@code jsonb} for lists and maps
 * @param binder binds the values of a row in the order of {@code columns}
 */
public record RowParameters<T>(List<Column> columns, RowBinder<T> binder) implements Serializable {

  /** Used in place of a table name. */
  private static final String ROWS = "rows";

  /**
   * @throws IllegalArgumentException if there is no column, or two have the same name
   */
  public RowParameters {
    columns = List.copyOf(columns);
    Table unused = new Table(ROWS, columns);
  }

  List<String> names() {
    return columns.stream().map(Column::name).toList();
  }

  /**
   * Returns the fault with the first value of the first row in its message, so that the batch can
   * be found.
   */
  static SQLException explained(List<BoundRow> rows, SQLException fault) {
    return new SQLException(
        "first key %s: %s".formatted(rows.get(0).value(0), fault.getMessage()),
        fault.getSQLState(),
        fault);
  }

  /**
   * Returns the values of all rows.
   *
   * @throws IllegalArgumentException if the binder does not bind one value per column
   */
  List<BoundRow> bind(List<T> rows) throws Exception {
    Table table = new Table(ROWS, columns);
    List<BoundRow> bound = new ArrayList<>(rows.size());
    for (T row : rows) {
      bound.add(BoundRow.of(table, binder, row));
    }
    return bound;
  }
}
