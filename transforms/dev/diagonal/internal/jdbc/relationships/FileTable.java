package dev.diagonal.internal.jdbc.relationships;

import static java.util.stream.Collectors.toSet;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The table {@code diagonal_files} of a database that is not PostgreSQL. */
record FileTable(JdbcTarget database) implements FileRecord {

  private static final String TABLE = "diagonal_files";
  private static final int NAME_CHARACTERS = 1_000;

  /** DECIMAL(19) holds 64 bits in every database. */
  private static final String CREATE =
      "CREATE TABLE %s (file_hash DECIMAL(19) PRIMARY KEY, file_name VARCHAR(%s), file_bytes DECIMAL(19), file_checksum DECIMAL(19))"
          .formatted(TABLE, NAME_CHARACTERS);

  private static final String FIND =
      "SELECT file_hash, file_name, file_bytes, file_checksum FROM " + TABLE;
  private static final String ADD = "INSERT INTO %s VALUES (?, ?, ?, ?)".formatted(TABLE);

  @Override
  public @Nullable String create() throws SQLException, InterruptedException {
    SQLException missing = fault(this::find);
    if (missing == null) {
      return null;
    }
    SQLException refused = fault(() -> run(CREATE));
    // Another process may have created it meanwhile.
    return refused == null || fault(this::find) == null
        ? null
        : "table %s cannot be created in %s: %s".formatted(TABLE, database, refused.getMessage());
  }

  @Override
  public List<FileFacts> find() throws SQLException, InterruptedException {
    return transaction()
        .run(
            connection -> {
              List<FileFacts> files = new ArrayList<>();
              try (Statement statement = connection.createStatement();
                  ResultSet rows = statement.executeQuery(FIND)) {
                while (rows.next()) {
                  files.add(
                      new FileFacts(
                          rows.getLong(1), rows.getString(2), rows.getLong(3), rows.getInt(4)));
                }
              }
              return files;
            });
  }

  @Override
  public List<FileFacts> look() throws SQLException, InterruptedException {
    return fault(this::find) == null ? find() : List.of();
  }

  @Override
  public @Nullable String add(List<FileFacts> files) throws SQLException, InterruptedException {
    SQLException fault = files.isEmpty() ? null : fault(() -> insert(files));
    if (fault == null) {
      return null;
    }
    // Another process may have added some of them meanwhile.
    Set<Long> found = find().stream().map(FileFacts::file).collect(toSet());
    List<FileFacts> missing = files.stream().filter(file -> !found.contains(file.file())).toList();
    if (missing.size() == files.size()) {
      throw fault;
    }
    return add(missing);
  }

  private int insert(List<FileFacts> files) throws SQLException, InterruptedException {
    return transaction()
        .run(
            connection -> {
              int added = 0;
              try (PreparedStatement statement = connection.prepareStatement(ADD)) {
                for (FileFacts file : files) {
                  String name = file.name();
                  int start = Math.max(0, name.length() - NAME_CHARACTERS);
                  statement.setLong(1, file.file());
                  statement.setString(2, name.substring(start));
                  statement.setLong(3, file.bytes());
                  statement.setInt(4, file.checksum());
                  added += statement.executeUpdate();
                }
              }
              return added;
            });
  }

  private boolean run(String sql) throws SQLException, InterruptedException {
    return transaction()
        .run(
            connection -> {
              try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
              }
            });
  }

  private RetriedTransaction transaction() {
    return RetriedTransaction.in(database, "use table " + TABLE);
  }

  private interface Call {
    Object run() throws SQLException, InterruptedException;
  }

  /**
   * Returns the fault of a call, or null.
   *
   * @throws SQLException if the fault says nothing about the table, such as a lost connection
   */
  private static @Nullable SQLException fault(Call call) throws SQLException, InterruptedException {
    try {
      Object unused = call.run();
      return null;
    } catch (SQLException fault) {
      if (SqlFaults.isRetryable(fault)) {
        throw fault;
      }
      return fault;
    }
  }

  @Override
  public String deletionOf(FileFacts file) {
    return "DELETE FROM %s WHERE file_hash = %s".formatted(TABLE, file.file());
  }
}
