package dev.diagonal.internal.jobs.schema;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.jobs.schema.JobTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The types of the columns of ratings in the database.
 *
 * @param id a whole number
 * @param movie a whole number, or null if movies are texts
 * @param rating any number
 */
public record RatingColumns(NumberType id, @Nullable NumberType movie, NumberType rating) {

  // Partitioned or not. A view has no key, and cannot be locked against late rows.
  private static final String COLUMNS =
      """
      SELECT a.attname, format_type(a.atttypid, NULL), a.attnotnull,
             EXISTS (SELECT 1 FROM pg_index i
                     WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indisvalid
                       AND i.indimmediate AND i.indpred IS NULL AND i.indnkeyatts = 1
                       AND i.indkey[0] = a.attnum)
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.oid = to_regclass(?) AND c.relkind IN ('r', 'p')
        AND a.attnum > 0 AND NOT a.attisdropped
      """;

  private static final Set<String> TEXTS = Set.of("text", "character varying");

  private record Found(String type, boolean notNull, boolean unique) {}

  /**
   * Reads the types from the database.
   *
   * @throws TargetMismatchException if the table does not exist, or a column is missing or not a
   *     number; the message names every difference
   */
  public static RatingColumns of(Connection connection, JobTables tables) throws SQLException {
    Map<String, Found> columns = columns(connection, tables);
    List<String> differences = new ArrayList<>();
    if (columns.isEmpty()) {
      differences.add("the table does not exist; the step 'load' creates it");
      throw new TargetMismatchException("table " + tables.ratings(), differences);
    }
    NumberType id = type(columns, tables.idColumn(), true, differences);
    NumberType movie = movie(columns, tables, differences);
    NumberType rating = type(columns, tables.ratingColumn(), false, differences);
    Found found = columns.get(tables.idColumn());
    if (found != null && !found.notNull) {
      differences.add("column %s: may be null".formatted(tables.idColumn()));
    }
    if (found != null && !found.unique) {
      differences.add("no primary key or unique index on (%s) alone".formatted(tables.idColumn()));
    }
    if (id == null || rating == null || !differences.isEmpty()) {
      throw new TargetMismatchException("table " + tables.ratings(), differences);
    }
    return new RatingColumns(id, movie, rating);
  }

  /** Returns the type of the column of movies, or null if they are texts. */
  private static @Nullable NumberType movie(
      Map<String, Found> columns, JobTables tables, List<String> differences) {
    String name = tables.movieColumn();
    Found found = columns.get(name);
    boolean text = found != null && TEXTS.contains(found.type);
    if (!tables.textMovies()) {
      NumberType movie = type(columns, name, true, differences);
      if (text) {
        differences.add("for movies that are texts use --idType=text");
      }
      return movie;
    }
    if (!text) {
      differences.add(
          "column %s: expected text, found %s"
              .formatted(name, found == null ? "none" : found.type));
      if (found != null && NumberType.named(found.type) != null) {
        differences.add("for movies that are numbers use --idType=bigint");
      }
    }
    return null;
  }

  private static @Nullable NumberType type(
      Map<String, Found> columns, String name, boolean whole, List<String> differences) {
    Found found = columns.get(name);
    NumberType type = found == null ? null : NumberType.named(found.type);
    if (type == null || (whole && !type.isWhole())) {
      differences.add(
          "column %s: expected a %snumber, found %s"
              .formatted(name, whole ? "whole " : "", found == null ? "none" : found.type));
      return null;
    }
    return type;
  }

  private static Map<String, Found> columns(Connection connection, JobTables tables)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, tables.ratingsSql());
      try (ResultSet result = statement.executeQuery()) {
        Map<String, Found> columns = new LinkedHashMap<>();
        while (result.next()) {
          columns.put(
              result.getString(1),
              new Found(result.getString(2), result.getBoolean(3), result.getBoolean(4)));
        }
        return columns;
      }
    }
  }
}
