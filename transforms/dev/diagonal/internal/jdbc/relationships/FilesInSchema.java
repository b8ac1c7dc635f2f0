package dev.diagonal.internal.jdbc.relationships;

import static java.util.stream.Collectors.toSet;

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
import java.util.Set;
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
    return transaction().run(this::find);
  }

  private List<FileFacts> find(Connection connection) throws SQLException {
    return schema.find(connection).isUsable() && schema.filePieces().isUsable(connection)
        ? schema.filePieces().find(connection, target(connection)).stream()
            .map(FilesInSchema::loaded)
            .toList()
        : List.of();
  }

  @Override
  public List<FileFacts> look() throws SQLException, InterruptedException {
    return transaction()
        .run(
            connection -> {
              List<FileFacts> files = find(connection);
              connection.rollback(); // the records of dropped tables are deleted as well
              return files;
            });
  }

  @Override
  public @Nullable String add(List<FileFacts> files) throws SQLException, InterruptedException {
    boolean unused =
        transaction()
            .run(
                connection -> {
                  long target = target(connection);
                  Set<Long> known =
                      schema.filePieces().find(connection, target).stream()
                          .map(Known::file)
                          .collect(toSet());
                  List<Known> added =
                      files.stream()
                          .filter(file -> !known.contains(file.file()))
                          .map(FilesInSchema::known)
                          .toList();
                  schema.filePieces().save(connection, target, added);
                  return true;
                });
    return null;
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
