package dev.diagonal.jdbc.copy;

import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A column as PostgreSQL has it.
 *
 * @param column the column as it was declared
 * @param typeName its type as the catalogue names it
 * @param type its type, or that of its elements
 * @param array whether it is an array
 */
public record WireColumn(Column column, String typeName, WireType type, boolean array) {

  /** Whether its values travel as text. */
  public boolean isCast() {
    return type == WireType.OTHER;
  }

  /**
   * Asks the database for the types of a table's columns: binary values must fit them exactly.
   *
   * @throws SQLException if the table or one of the columns is missing
   */
  public static List<WireColumn> of(Connection connection, Table table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet none =
            statement.executeQuery(
                "SELECT %s FROM %s WHERE false"
                    .formatted(
                        PostgresSql.names(table.columns()),
                        PostgresSql.quoteTable(table.name())))) {
      ResultSetMetaData types = none.getMetaData();
      List<WireColumn> columns = new ArrayList<>();
      for (int i = 0; i < table.columns().size(); i++) {
        String name = types.getColumnTypeName(i + 1);
        boolean array = name.startsWith("_");
        WireType type = WireType.named(array ? name.substring(1) : name);
        // An array of a type that is not known is one text.
        columns.add(
            new WireColumn(table.columns().get(i), name, type, array && type != WireType.OTHER));
      }
      return List.copyOf(columns);
    }
  }
}
