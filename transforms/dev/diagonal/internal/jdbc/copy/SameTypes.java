package dev.diagonal.internal.jdbc.copy;

import dev.diagonal.internal.jdbc.table.FoundColumn;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.jdbc.table.Column;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

/**
 * Decides whether the bytes that one PostgreSQL table sends in COPY's binary format are the same
 * values to another table.
 */
public final class SameTypes {

  /** Types whose binary format is the same in all versions, and refers to nothing else. */
  private static final Set<String> TYPES =
      Set.of(
          "boolean",
          "smallint",
          "integer",
          "bigint",
          "real",
          "double precision",
          "numeric",
          "text",
          "character varying",
          "character",
          "bytea",
          "date",
          "time without time zone",
          "timestamp without time zone",
          "timestamp with time zone",
          "uuid",
          "json",
          "jsonb");

  private static final String SERVER =
      """
      SELECT current_setting('server_encoding') || ' ' || current_setting('integer_datetimes')
          || ' ' || (version() LIKE 'PostgreSQL %')
      """;

  private SameTypes() {}

  /**
   * Returns the encoding and family of a server; equal for servers whose binary formats are
   * compatible.
   */
  public static String server(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet settings = statement.executeQuery(SERVER)) {
      settings.next();
      return settings.getString(1);
    }
  }

  /**
   * Returns whether all written columns have the types of their sources, including modifiers, or
   * the same types without a limit. COPY would round a number to fewer digits without an error.
   */
  public static boolean in(FoundTable source, FoundTable target, List<Column> written) {
    return written.stream()
        .allMatch(
            column -> {
              FoundColumn from = source.column(column.name());
              FoundColumn to = target.column(column.name());
              return from != null && to != null && isSame(from.type(), to.type());
            });
  }

  static boolean isSame(String from, String to) {
    String bare = from.replaceFirst("\\(.*?\\)", "");
    if (!TYPES.contains(bare)) {
      return false;
    }
    return from.equals(to)
        || (to.equals(bare) && !bare.equals("character"))
        || (to.equals("text") && bare.equals("character varying"));
  }
}
