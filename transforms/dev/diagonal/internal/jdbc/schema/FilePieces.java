package dev.diagonal.internal.jdbc.schema;

import dev.diagonal.internal.files.stored.Piece;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores facts about the files whose rows are in a table and are identified there by their places
 * in these files: the size and first bytes of each file, and the {@link Piece pieces} that have
 * been written.
 *
 * <p>Tables are identified by their oid, so a table that is created anew has no files. Immutable
 * and thread-safe.
 */
public record FilePieces(InternalSchema schema) {

  /** The prefix of the error for a piece with other contents; the file's hash follows. */
  private static final String CHANGED = "diagonal: changed file ";

  /** The text after the hash. */
  private static final String CHANGED_STOP = " ;diagonal";

  private static final String LOCK_FILES =
      "SELECT pg_advisory_xact_lock(hashtextextended('diagonal: compare files', 0))";

  private static final String CREATE =
      """
      CREATE TABLE IF NOT EXISTS %1$s (
        target oid NOT NULL,
        file bigint NOT NULL,
        name text NOT NULL,
        bytes bigint NOT NULL,
        first_bytes int NOT NULL,
        ends bigint[] NOT NULL,
        PRIMARY KEY (target, file));
      CREATE TABLE IF NOT EXISTS %2$s (
        target oid NOT NULL,
        file bigint NOT NULL,
        start bigint NOT NULL,
        bytes int NOT NULL,
        checksum int NOT NULL);
      CREATE INDEX IF NOT EXISTS file_pieces_start ON %2$s (target, file, start)
      """;

  /**
   * Uses no unique key, since one of two transactions with the same piece would wait for the other.
   * Both may insert it. The comparison is part of CASE, the only expression with a guaranteed order
   * of evaluation.
   */
  private static final String RECORD =
      """
      INSERT INTO %1$s (target, file, start, bytes, checksum)
      SELECT %2$s, p.file, p.start, p.bytes, p.checksum
      FROM unnest(?::bigint[], ?::bigint[], ?::integer[], ?::integer[])
          AS p (file, start, bytes, checksum)
      WHERE NOT EXISTS (
        SELECT FROM %1$s AS k WHERE k.target = %2$s AND k.file = p.file AND k.start = p.start
          AND CASE
            WHEN k.target <> %2$s OR k.file <> p.file OR k.start <> p.start THEN false
            WHEN k.bytes = p.bytes AND k.checksum = p.checksum THEN true
            ELSE current_setting('%3$s' || p.file || '%4$s')::boolean END)""";

  /**
   * A file as it was when its rows were written.
   *
   * @param file {@link Piece#fileOf} its name
   * @param bytes its size
   * @param firstBytes the CRC-32C of its first bytes
   * @param ends where it ended before it grew to this size
   */
  public record Known(long file, String name, long bytes, int firstBytes, List<Long> ends) {

    public Known {
      ends = List.copyOf(ends);
    }
  }

  /**
   * Creates missing tables if the user may, and returns whether the user may use them.
   *
   * @param rights what {@link InternalSchema#open} returned
   * @param connection without auto-commit and without an open transaction
   */
  public boolean open(Connection connection, SchemaRights rights) throws SQLException {
    return tables(connection).open(connection, rights);
  }

  /** Returns whether the tables exist, and the user may read and write them. */
  public boolean isUsable(Connection connection) throws SQLException {
    return tables(connection).areUsable(connection);
  }

  private OptionalTables tables(Connection connection) throws SQLException {
    return new OptionalTables(
        schema,
        List.of("files", "file_pieces"),
        CREATE.formatted(
            schema.table(connection, "files"), schema.table(connection, "file_pieces")));
  }

  /**
   * Returns the files of a table, and deletes those of dropped tables. Another command waits here
   * until the transaction ends, so that it sees these files and waits for none of their rows.
   */
  public List<Known> find(Connection connection, long target) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(LOCK_FILES);
    }
    for (String table : List.of("files", "file_pieces")) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            "DELETE FROM %s AS f WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = f.target)"
                .formatted(schema.table(connection, table)));
      }
    }
    List<Known> files = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT file, name, bytes, first_bytes, ends FROM %s WHERE target = ?::bigint::oid"
                .formatted(schema.table(connection, "files")))) {
      statement.setLong(1, target);
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          Long[] ends = (Long[]) result.getArray(5).getArray();
          files.add(
              new Known(
                  result.getLong(1),
                  result.getString(2),
                  result.getLong(3),
                  result.getInt(4),
                  List.of(ends)));
        }
      }
    }
    return files;
  }

  /** Inserts or updates the facts about files. */
  public void save(Connection connection, long target, Collection<Known> files)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            INSERT INTO %s (target, file, name, bytes, first_bytes, ends)
            VALUES (?::bigint::oid, ?, ?, ?, ?, ?) ON CONFLICT (target, file)
            DO UPDATE SET bytes = excluded.bytes, first_bytes = excluded.first_bytes,
              ends = excluded.ends
            """
                .formatted(schema.table(connection, "files")))) {
      for (Known file : files) {
        Array ends = connection.createArrayOf("bigint", file.ends().toArray());
        statement.setLong(1, target);
        statement.setLong(2, file.file());
        statement.setString(3, file.name());
        statement.setLong(4, file.bytes());
        statement.setInt(5, file.firstBytes());
        statement.setArray(6, ends);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** Deletes the pieces of files that no longer have rows in the table. */
  public void forget(Connection connection, long target, Collection<Long> files)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "DELETE FROM %s WHERE target = ?::bigint::oid AND file = ANY (?)"
                .formatted(schema.table(connection, "file_pieces")))) {
      statement.setLong(1, target);
      statement.setArray(2, connection.createArrayOf("bigint", files.toArray()));
      statement.execute();
    }
  }

  /**
   * Returns a statement that records pieces that are not recorded yet, and fails if a piece is
   * recorded with other contents. Its parameters are four arrays: see {@link #bind}.
   *
   * @param target an SQL expression for the table's oid
   */
  public String recording(String target) {
    return RECORD.formatted(schema.quotedTable("file_pieces"), target, CHANGED, CHANGED_STOP);
  }

  /** Binds the four parameters of {@link #recording}, and returns the index of the next one. */
  public static int bind(PreparedStatement statement, int first, List<Piece> pieces)
      throws SQLException {
    statement.setObject(first, pieces.stream().mapToLong(Piece::file).toArray());
    statement.setObject(first + 1, pieces.stream().mapToLong(Piece::start).toArray());
    statement.setObject(first + 2, pieces.stream().mapToInt(Piece::bytes).toArray());
    statement.setObject(first + 3, pieces.stream().mapToInt(Piece::checksum).toArray());
    return first + 4;
  }

  /** Returns the changed file if {@link #recording} failed because of it, otherwise null. */
  public static @Nullable Long changedFile(SQLException fault) {
    String message = String.valueOf(fault.getMessage());
    int start = message.indexOf(CHANGED);
    int end = message.lastIndexOf(CHANGED_STOP);
    return start < 0 || end < 0
        ? null
        : Long.valueOf(message.substring(start + CHANGED.length(), end));
  }

  /** Returns the name of a file, or null if the file is unknown. */
  public @Nullable String nameOf(Connection connection, long file) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT name FROM %s WHERE file = ? LIMIT 1".formatted(schema.quotedTable("files")))) {
      statement.setLong(1, file);
      try (ResultSet result = statement.executeQuery()) {
        return result.next() ? result.getString(1) : null;
      }
    }
  }
}
