package dev.diagonal.pipelines.edges;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.jdbc.sql.SqlScript;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.usage.UsageException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Lets the arrays of a query arrive as lists in Neo4j. A query of PostgreSQL is changed: it returns
 * its arrays as {@code jsonb}. Other databases have no such conversion, so their arrays are
 * refused.
 */
final class QueryLists {

  private static final Set<String> NUMBERS = Set.of("_float4", "_float8", "_numeric");

  private static final Set<String> OTHERS =
      Set.of("_int2", "_int4", "_int8", "_bool", "_text", "_varchar", "_bpchar", "_uuid");

  /** JSON would make texts of NaN and infinity, so the cast fails then, with this text as value. */
  private static final String LIST_OF_NUMBERS =
      "CASE WHEN %1$s::text ~ 'NaN|Infinity'"
          + " THEN to_jsonb(('column %2$s: a list cannot hold ' || %1$s::text)::int)"
          + " ELSE to_jsonb(%1$s) END AS %1$s";

  private final JdbcTarget database;
  private final String query;

  private QueryLists(JdbcTarget database, String query) {
    this.database = database;
    this.query = SqlScript.query(query);
  }

  /**
   * Returns the query that returns lists.
   *
   * @throws UsageException if an array has no list
   */
  static String of(JdbcTarget database, String query) throws SQLException, InterruptedException {
    return RetriedTransaction.in(database, "prepare the query")
        .run(new QueryLists(database, query)::in);
  }

  private String in(Connection connection) throws SQLException {
    boolean postgres = DatabaseKind.of(database.url()) == DatabaseKind.POSTGRES;
    String rows = "(%s\n) AS query_of_lists".formatted(query);
    String none = "SELECT * FROM " + rows + " WHERE 1 = 0";
    List<String> selected = new ArrayList<>();
    boolean hasLists = false;
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(postgres ? SqlScript.forDriver(none) : none)) {
      ResultSetMetaData columns = result.getMetaData();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        String name = columns.getColumnLabel(i);
        boolean isArray = columns.getColumnType(i) == Types.ARRAY;
        hasLists |= isArray;
        if (isArray && !postgres) {
          throw refused(name, columns.getColumnTypeName(i));
        }
        selected.add(postgres ? selected(name, isArray, columns.getColumnTypeName(i)) : name);
      }
    }
    return hasLists ? "SELECT %s FROM %s".formatted(String.join(", ", selected), rows) : query;
  }

  private static String selected(String name, boolean isArray, String type) {
    String quoted = PostgresSql.quote(name);
    if (!isArray) {
      return quoted;
    }
    if (NUMBERS.contains(type)) {
      return LIST_OF_NUMBERS.formatted(quoted, name.replaceAll("[^\\w ]", "_"));
    }
    if (OTHERS.contains(type)) {
      return "to_jsonb(%1$s) AS %1$s".formatted(quoted);
    }
    throw refused(name, type);
  }

  private static UsageException refused(String name, String type) {
    return new UsageException(
        "--inputQuery: column %s is an array (%s), which cannot become a list in Neo4j: convert it in the query, for example to text[] or to JSON"
            .formatted(name, type));
  }
}
