package dev.diagonal.internal.jdbc.relationships;

import dev.diagonal.internal.statement.Neo4jConnection;
import dev.diagonal.internal.statement.Neo4jFaults;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Nodes {@code (:DiagonalFile {file})} of Neo4j. */
record FileNodes(JdbcTarget database) implements FileRecord {

  private static final String FIND =
      "MATCH (f:DiagonalFile) RETURN f.file, f.name, f.bytes, f.checksum";

  private static final String ADD =
      """
      UNWIND $rows AS row MERGE (f:DiagonalFile {file: row.file})
      ON CREATE SET f.name = row.name, f.bytes = row.bytes, f.checksum = row.checksum\
      """;

  /** Nodes need no creation; only {@link #add} shows whether the user may create them. */
  @Override
  public @Nullable String create() throws SQLException {
    try (Neo4jConnection connection = new Neo4jConnection(database)) {
      connection.run(ADD, List.of());
      return null;
    } catch (SQLException fault) {
      return forbidden(fault);
    }
  }

  private static String forbidden(SQLException fault) throws SQLException {
    if (!Neo4jFaults.isForbidden(fault)) {
      throw fault;
    }
    return "the user may not create nodes (:DiagonalFile): " + fault.getMessage();
  }

  @Override
  public List<FileFacts> find() throws SQLException {
    List<FileFacts> files = new ArrayList<>();
    try (Neo4jConnection connection = new Neo4jConnection(database)) {
      for (List<Object> row : connection.query(FIND)) {
        files.add(
            new FileFacts(
                ((Number) row.get(0)).longValue(),
                String.valueOf(row.get(1)),
                ((Number) row.get(2)).longValue(),
                ((Number) row.get(3)).intValue()));
      }
    }
    return files;
  }

  @Override
  public List<FileFacts> look() throws SQLException {
    return find();
  }

  @Override
  public @Nullable String add(List<FileFacts> files) throws SQLException {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (FileFacts file : files) {
      rows.add(
          Map.of(
              "file", file.file(),
              "name", file.name(),
              "bytes", file.bytes(),
              "checksum", (long) file.checksum()));
    }
    try (Neo4jConnection connection = new Neo4jConnection(database)) {
      connection.run(ADD, rows);
      return null;
    } catch (SQLException fault) {
      return forbidden(fault);
    }
  }

  @Override
  public String deletionOf(FileFacts file) {
    return "MATCH (f:DiagonalFile {file: %s}) DELETE f".formatted(file.file());
  }
}
