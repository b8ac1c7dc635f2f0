package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of high-water marks: up to which value of a column the rows of a source have been
 * written to a table. Tables are identified by their oid, so a table that is created anew has no
 * marks. Immutable and thread-safe.
 */
public record HighWaterMarks(InternalSchema schema) {

  static final String TABLE = "marks";

  private static final String CREATE =
      """
      CREATE TABLE IF NOT EXISTS %s (
        target oid NOT NULL,
        source text NOT NULL,
        source_column text NOT NULL,
        written text NOT NULL,
        mark text NOT NULL,
        moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (target, source, source_column))
      """;

  /**
   * What a mark belongs to.
   *
   * @param target the name of the table that is written, quoted
   * @param source describes what is read
   * @param column the column of the source whose values grow
   */
  public record Of(String target, String source, String column) {}

  /**
   * A mark.
   *
   * @param value the value, as PostgreSQL prints it
   * @param written identifies the columns that are written, and how
   * @param movedAt when it was set
   */
  public record Mark(String value, String written, String movedAt) {}

  /**
   * Creates the table if it is missing and the user may, and returns whether the user may use it.
   *
   * @param rights what {@link InternalSchema#open} returned
   * @param connection without auto-commit and without an open transaction
   */
  public boolean open(Connection connection, SchemaRights rights) throws SQLException {
    return tables(connection).open(connection, rights);
  }

  /** Returns whether the table exists and the user may use it. */
  public boolean isUsable(Connection connection) throws SQLException {
    return tables(connection).areUsable(connection);
  }

  /**
   * Returns the missing privilege and the statement that grants it, if the table exists but the
   * user may not use it; null otherwise.
   */
  public @Nullable String missing(Connection connection) throws SQLException {
    OptionalTables tables = tables(connection);
    return !tables.exist(connection) || tables.areUsable(connection)
        ? null
        : "user %2$s may not use table %1$s (GRANT SELECT, INSERT, UPDATE, DELETE ON %1$s TO %2$s)"
            .formatted(schema.table(connection, TABLE), currentUser(connection));
  }

  private static String currentUser(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT quote_ident(current_user)");
        ResultSet result = statement.executeQuery()) {
      result.next();
      return result.getString(1);
    }
  }

  private OptionalTables tables(Connection connection) throws SQLException {
    return new OptionalTables(
        schema, List.of(TABLE), CREATE.formatted(schema.table(connection, TABLE)));
  }

  /** Returns the mark, or null if there is none. */
  public @Nullable Mark find(Connection connection, Of of) throws SQLException {
    String sql =
        """
        SELECT mark, written, date_trunc('second', moved_at)::text FROM %s
        WHERE target = to_regclass(?) AND source = ? AND source_column = ?
        """
            .formatted(schema.table(connection, TABLE));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, of.target());
      statement.setString(2, of.source());
      statement.setString(3, of.column());
      try (ResultSet result = statement.executeQuery()) {
        return result.next()
            ? new Mark(result.getString(1), result.getString(2), result.getString(3))
            : null;
      }
    }
  }

  /**
   * Moves the mark, unless it has been moved since it was found; deletes those of tables that no
   * longer exist.
   *
   * @param found the mark that was found, or null
   * @return whether the mark now has this value
   */
  public boolean move(
      Connection connection, Of of, @Nullable Mark found, String value, String written)
      throws SQLException {
    String table = schema.table(connection, TABLE);
    String sql =
        """
        DELETE FROM %1$s AS gone
        WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = gone.target);
        INSERT INTO %1$s AS marks (target, source, source_column, written, mark)
        VALUES (?::regclass, ?, ?, ?, ?)
        ON CONFLICT (target, source, source_column)
          DO UPDATE SET written = EXCLUDED.written, mark = EXCLUDED.mark, moved_at = clock_timestamp()
          WHERE marks.mark = ? OR (marks.mark = EXCLUDED.mark AND marks.written = EXCLUDED.written)
        """
            .formatted(table);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, of.target());
      statement.setString(2, of.source());
      statement.setString(3, of.column());
      statement.setString(4, written);
      statement.setString(5, value);
      statement.setString(6, found == null ? null : found.value());
      boolean unused = statement.execute();
      boolean unusedToo = statement.getMoreResults();
      return statement.getUpdateCount() == 1;
    }
  }

  /** Deletes the mark, so that the next run reads everything. */
  public void delete(Connection connection, Of of) throws SQLException {
    String sql =
        "DELETE FROM %s WHERE target = to_regclass(?) AND source = ? AND source_column = ?"
            .formatted(schema.table(connection, TABLE));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, of.target());
      statement.setString(2, of.source());
      statement.setString(3, of.column());
      statement.executeUpdate();
    }
  }
}
