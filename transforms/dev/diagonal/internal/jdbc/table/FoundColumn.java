package dev.diagonal.internal.jdbc.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A column as PostgreSQL's catalogue describes it.
 *
 * @param name its name, without quotes
 * @param type its SQL type, quoted if necessary, as {@code format_type} returns it
 * @param baseType the SQL type below all domains, without length or precision, for casts from text:
 *     the assignment then checks the length, whereas a cast would truncate the value
 * @param limitedType {@code baseType} with its length or precision, if there is one
 * @param modifier the length or precision of the type, or of the domain's base type, as {@code
 *     atttypmod} encodes it; -1 if there is none
 * @param pgName the name of {@code baseType} if it is built into PostgreSQL, otherwise empty
 * @param collation a {@code COLLATE} clause if its collation is not that of the type, otherwise
 *     empty
 * @param equalByBytes whether its collation considers two texts equal only if their bytes are
 * @param required whether an insert must set it
 * @param generated whether it is computed from other columns, so that it cannot be written
 * @param identityAlways whether it is {@code GENERATED ALWAYS AS IDENTITY}
 * @param maySelect whether the current user may read it
 * @param mayInsert whether the current user may insert into it
 * @param mayUpdate whether the current user may update it
 */
public record FoundColumn(
    String name,
    String type,
    String baseType,
    String limitedType,
    int modifier,
    String pgName,
    String collation,
    boolean equalByBytes,
    boolean required,
    boolean generated,
    boolean identityAlways,
    boolean maySelect,
    boolean mayInsert,
    boolean mayUpdate) {

  /** The first character of the names of array types in the catalogue. */
  private static final String ARRAY = "_";

  private static final String COLUMNS =
      """
      WITH RECURSIVE base (attnum, oid, modifier) AS (
        SELECT attnum, atttypid, atttypmod FROM pg_attribute
        WHERE attrelid = TABLE_OID AND attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT b.attnum, t.typbasetype, CASE WHEN b.modifier = -1 THEN t.typtypmod ELSE b.modifier END
        FROM base b JOIN pg_type t ON t.oid = b.oid
        WHERE t.typtype = 'd')
      SELECT a.attname, format_type(a.atttypid, a.atttypmod), format_type(b.oid, -1),
             format_type(b.oid, b.modifier), b.modifier,
             CASE WHEN t.typnamespace = 'pg_catalog'::regnamespace THEN t.typname ELSE '' END,
             CASE WHEN a.attcollation NOT IN (0, dt.typcollation)
               THEN format(' COLLATE %I.%I', n.nspname, l.collname) ELSE '' END,
             coalesce(l.collisdeterministic, true),
             a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
             a.attgenerated <> '', a.attidentity = 'a',
             has_column_privilege(a.attrelid, a.attnum, 'SELECT'),
             has_column_privilege(a.attrelid, a.attnum, 'INSERT'),
             has_column_privilege(a.attrelid, a.attnum, 'UPDATE')
      FROM pg_attribute a JOIN base b ON b.attnum = a.attnum
        JOIN pg_type t ON t.oid = b.oid AND t.typtype <> 'd'
        JOIN pg_type dt ON dt.oid = a.atttypid
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        LEFT JOIN pg_namespace n ON n.oid = l.collnamespace
      WHERE a.attrelid = TABLE_OID ORDER BY a.attnum
      """;

  /** Returns the type as a table of the same columns declares it. */
  public String declaration() {
    return type + collation;
  }

  /**
   * Returns whether an assignment rounds or cuts a value to the length or precision of the type
   * without an error, and the value is not sent in a format that shows it.
   */
  public boolean isChangedByAssignment() {
    return modifier >= 0 && (pgName.equals("interval") || pgName.startsWith(ARRAY));
  }

  /** Returns whether its type is a domain. */
  public boolean isOfDomain() {
    return !type.equals(limitedType);
  }

  static List<FoundColumn> of(Connection connection, long table) throws SQLException {
    return of(connection, "?", table);
  }

  /**
   * Finds the columns of a table by one query, without the other facts of a {@link FoundTable}.
   *
   * @return none if the table does not exist
   */
  public static List<FoundColumn> ofTable(Connection connection, String table) throws SQLException {
    return of(connection, "to_regclass(?)", PostgresSql.quoteTable(table));
  }

  private static List<FoundColumn> of(Connection connection, String oid, Object table)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(COLUMNS.replace("TABLE_OID", oid))) {
      statement.setObject(1, table);
      statement.setObject(2, table);
      try (ResultSet found = statement.executeQuery()) {
        List<FoundColumn> columns = new ArrayList<>();
        while (found.next()) {
          columns.add(at(found));
        }
        return columns;
      }
    }
  }

  private static FoundColumn at(ResultSet found) throws SQLException {
    return new FoundColumn(
        found.getString(1),
        found.getString(2),
        found.getString(3),
        found.getString(4),
        found.getInt(5),
        found.getString(6),
        found.getString(7),
        found.getBoolean(8),
        found.getBoolean(9),
        found.getBoolean(10),
        found.getBoolean(11),
        found.getBoolean(12),
        found.getBoolean(13),
        found.getBoolean(14));
  }
}
