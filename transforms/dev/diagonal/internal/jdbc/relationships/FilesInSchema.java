package dev.diagonal.internal.jdbc.relationships;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.schema.FilePieces.Known;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.SchemaRights;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code files} of Diagonal's schema in PostgreSQL. A statement names its tables itself,
 * so that the table {@code files} is recorded as its target.
 */
record FilesInSchema(JdbcTarget database, InternalSchema schema) implements FileRecord {

  private static final String FILES = "files";

  @Override
  public @Nullable String create() throws SQLException, InterruptedException {
    return transaction()
        .run(
            connection -> {
              SchemaRights rights = schema.open(connection);
              return schema.filePieces().open(connection, rights)
                  ? Optional.<String>empty()
                  : Optional.of(rights.isUsable() ? rights.missingForTables() : rights.missing());
            })
        .orElse(null);
  }

  @Override
  public List<FileFacts> find() throws SQLException, InterruptedException {
    return transaction()
        .run(
            connection ->
                schema.find(connection).isUsable() && schema.filePieces().isUsable(connection)
                    ? schema.filePieces().find(connection, target(connection)).stream()
                        .map(FilesInSchema::loaded)
                        .toList()
                    : List.<FileFacts>of());
  }

  @Override
  public List<FileFacts> look() throws SQLException, InterruptedException {
    return find();
  }

  @Override
  public void add(List<FileFacts> files) throws SQLException, InterruptedException {
    boolean unused =
        transaction()
            .run(
                connection -> {
                  long target = target(connection);
                  List<Long> known =
                      schema.filePieces().find(connection, target).stream()
                          .map(Known::file)
                          .toList();
                  List<Known> added =
                      files.stream()
                          .filter(file -> !known.contains(file.file()))
                          .map(FilesInSchema::known)
                          .toList();
                  schema.filePieces().save(connection, target, added);
                  return true;
                });
  }

  private static Known known(FileFacts file) {
    return new Known(file.file(), file.name(), file.bytes(), file.checksum(), List.of());
  }

  private static FileFacts loaded(Known file) {
    return new FileFacts(file.file(), file.name(), file.bytes(), file.firstBytes());
  }

  private RetriedTransaction transaction() {
    return RetriedTransaction.in(database, "compare the files with those of earlier statements");
  }

  private long target(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT %s::regclass::oid::bigint"
                    .formatted(
                        PostgresSql.literal(
                            PostgresSql.quoteTable(schema.name() + "." + FILES))))) {
      result.next();
      return result.getLong(1);
    }
  }

  @Override
  public String deletionOf(FileFacts file) {
    return "DELETE FROM %s WHERE file = %s"
        .formatted(PostgresSql.quoteTable(schema.name() + "." + FILES), file.file());
  }
}
