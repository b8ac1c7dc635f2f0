package dev.diagonal.internal.jdbc.copy;

import dev.diagonal.internal.jdbc.table.FoundColumn;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A column and the format in which its values are sent to PostgreSQL.
 *
 * @param column the column as it was declared
 * @param found the column as the catalogue describes it
 * @param type its type, below all domains
 */
public record WireColumn(Column column, FoundColumn found, WireType type) {

  private static final String UNDEFINED_COLUMN = "42703";

  /** Returns whether its values are sent as text, which the database casts. */
  public boolean isCast() {
    return type == WireType.OTHER;
  }

  /** Returns whether the database considers two values equal exactly if their bytes are. */
  public boolean isEqualByBytes() {
    return type.isEqualByBytes() && found.equalByBytes();
  }

  /**
   * Returns the SQL expression of a staged value. Text is cast to {@code money} through a number,
   * because the text format of money differs between databases. A value that the column would round
   * or cut without an error becomes a text that its type does not accept.
   */
  public String value() {
    String name = PostgresSql.quote(column.name());
    if (!isCast()) {
      return name;
    }
    if (found.pgName().equals("regclass")) {
      // Its cast from text is a function of its own, which refuses '-', the text of 0.
      return "pg_catalog.regclassin(pg_catalog.textout(" + name + "))";
    }
    String type = "::" + found.baseType();
    if (found.pgName().equals("money")) {
      String number = name + "::numeric";
      return unlessChanged(number + type, number, number + type + "::numeric");
    }
    return found.isChangedByAssignment()
        ? unlessChanged(name + type, name + type, name + "::" + found.limitedType())
        : name + type;
  }

  private String unlessChanged(String value, String given, String stored) {
    return "CASE WHEN %s IS DISTINCT FROM %s THEN (%s || %s)::%s ELSE %s END"
        .formatted(
            given,
            stored,
            PostgresSql.quote(column.name()),
            PostgresSql.literal(" would be changed by " + found.limitedType()),
            found.baseType(),
            value);
  }

  /** Returns the definition of the column in a stage. */
  public String staged() {
    return PostgresSql.quote(column.name()) + " " + (isCast() ? "text" : found.declaration());
  }

  /**
   * Finds the columns of a table in the catalogue: binary values must fit their types exactly.
   *
   * @throws SQLException if a column is missing or generated
   */
  public static List<WireColumn> of(FoundTable found, Table table) throws SQLException {
    return of(found.columns(), table);
  }

  static List<WireColumn> of(List<FoundColumn> found, Table table) throws SQLException {
    Map<String, FoundColumn> byName = new HashMap<>();
    found.forEach(each -> byName.put(each.name(), each));
    List<WireColumn> columns = new ArrayList<>();
    for (Column column : table.columns()) {
      FoundColumn its = byName.get(column.name());
      if (its == null || its.generated()) {
        throw new SQLException(
            "column %s of table %s %s"
                .formatted(
                    column.name(),
                    table.name(),
                    its == null ? "does not exist" : "is generated and cannot be written"),
            UNDEFINED_COLUMN);
      }
      columns.add(new WireColumn(column, its, WireType.named(its.pgName())));
    }
    return List.copyOf(columns);
  }
}
