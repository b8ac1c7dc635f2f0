package dev.diagonal.internal.jdbc.relationships;

import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.statement.Neo4jDrivers;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a database keeps which files its statements have loaded. */
interface FileRecord {

  /** Returns the record of a database. */
  static FileRecord of(JdbcTarget database, InternalSchema schema) {
    if (Neo4jDrivers.accepts(database.url())) {
      return new FileNodes(database);
    }
    return DatabaseKind.of(database.url()) == DatabaseKind.POSTGRES
        ? new FilesInSchema(database, schema)
        : new FileTable(database);
  }

  /**
   * Creates the record if it is missing.
   *
   * @return why it cannot be used, or null
   * @throws SQLException if the database cannot be reached
   */
  @Nullable String create() throws SQLException, InterruptedException;

  /**
   * Returns all files.
   *
   * @throws SQLException if the database cannot be reached, or has no record
   */
  List<FileFacts> find() throws SQLException, InterruptedException;

  /** Returns all files; none if there is no record. */
  List<FileFacts> look() throws SQLException, InterruptedException;

  /**
   * Adds files, unless another process has added files of the same names.
   *
   * @return why they cannot be added, or null
   * @throws SQLException if the database cannot be reached
   */
  @Nullable String add(List<FileFacts> files) throws SQLException, InterruptedException;

  /** Returns the statement by which a user deletes a file from the record. */
  String deletionOf(FileFacts file);
}
