package dev.diagonal.internal.jdbc.relationships;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.files.stored.PieceCuts;
import dev.diagonal.internal.files.stored.StoredFile;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.schema.FilePieces;
import dev.diagonal.internal.jdbc.schema.FilePieces.Known;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.SchemaRights;
import dev.diagonal.internal.jdbc.table.FilesOfRows;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Compares input files with the files of the same names whose rows are already in a table, before
 * anything is written. {@link FilesOfRows} detects changes that this comparison cannot see.
 *
 * @param database the database of the table
 * @param files where the comparison is recorded
 * @param table the table; its key is a UUID, the hash of a file's name and a place in it
 * @param appendOnly whether files may have grown at their ends
 */
public record LoadedFiles(
    JdbcTarget database, FilesOfRows<?> files, Table table, boolean appendOnly) {

  private static final int FIRST_BYTES = 4_096;

  /**
   * Refuses files that have changed, and records the others.
   *
   * @return the cuts of the files' pieces; null, with a warning, if the user may not use Diagonal's
   *     schema, so that nothing is compared
   * @throws BadInputException if a file has changed
   * @throws SQLException if the database cannot be reached or refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public @Nullable PieceCuts compare(InputFiles input) throws SQLException, InterruptedException {
    return RetriedTransaction.in(database, "compare the files with those of table " + table.name())
        .run(connection -> Optional.ofNullable(compare(connection, input)))
        .orElse(null);
  }

  private @Nullable PieceCuts compare(Connection connection, InputFiles input) throws SQLException {
    SchemaRights rights = new InternalSchema(files.schema()).open(connection);
    FilePieces pieces = new InternalSchema(files.schema()).filePieces();
    if (!pieces.open(connection, rights)) {
      warnOfNoRecord(rights.isUsable() ? rights.missingForTables() : rights.missing());
      return null;
    }
    return compare(connection, input, pieces);
  }

  /**
   * Compares files as {@link #compare(InputFiles)} does, and records nothing.
   *
   * @return what was compared
   * @throws BadInputException if a file has changed
   * @throws SQLException if the database cannot be reached or refuses
   */
  public String look(InputFiles input) throws SQLException, InterruptedException {
    return RetriedTransaction.in(database, "compare the files with those of table " + table.name())
        .run(
            connection -> {
              InternalSchema schema = new InternalSchema(files.schema());
              SchemaRights rights = schema.find(connection);
              FilePieces pieces = schema.filePieces();
              if (!rights.isUsable() && !rights.mayBeCreated()) {
                return "changes under the same name would not be detected: " + rights.missing();
              }
              if (!rights.isUsable()
                  || !pieces.isUsable(connection)
                  || FoundTable.find(connection, table.name()) == null) {
                return "none was loaded into table %s before".formatted(table.name());
              }
              PieceCuts unused = compare(connection, input, pieces);
              connection.rollback();
              return "none has changed since it was loaded into table " + table.name();
            });
  }

  private PieceCuts compare(Connection connection, InputFiles input, FilePieces pieces)
      throws SQLException {
    long target = oid(connection);
    Map<Long, Known> known = new HashMap<>();
    pieces.find(connection, target).forEach(file -> known.put(file.file(), file));
    Set<Long> gone = withoutRows(connection, List.copyOf(known.keySet()));
    pieces.forget(connection, target, gone);
    List<Known> changed = new ArrayList<>();
    Map<String, List<Long>> ends = new HashMap<>();
    for (InputFile file : input.files()) {
      long hash = Piece.fileOf(file.name());
      Known before = gone.contains(hash) ? null : known.get(hash);
      Known now = compare(file, hash, before);
      if (before == null) {
        warnOfCopy(now, known, gone);
      }
      if (!now.equals(before)) {
        changed.add(now);
      }
      ends.put(file.name(), now.ends());
    }
    pieces.save(connection, target, changed);
    return new PieceCuts(ends);
  }

  private Known compare(InputFile file, long hash, @Nullable Known before) {
    if (before == null) {
      int first = file.isPipe() ? 0 : checksum(file, Math.min(file.bytes(), FIRST_BYTES));
      return new Known(hash, file.name(), file.bytes(), first, List.of());
    }
    if (file.isPipe()) {
      return before; // only its pieces can be compared
    }
    boolean grown = file.bytes() > before.bytes();
    if (file.bytes() < before.bytes() || (grown && !appendOnly)) {
      throw changed(
          file,
          String.format(
              Locale.ROOT, "it had %,d bytes and now has %,d", before.bytes(), file.bytes()));
    }
    if (checksum(file, Math.min(before.bytes(), FIRST_BYTES)) != before.firstBytes()) {
      throw changed(file, "its first bytes differ");
    }
    if (!grown) {
      return before;
    }
    if (!file.splittable()) {
      throw changed(file, "it has grown, and --appendOnly is for files that are not compressed");
    }
    if (!endsLine(file, before.bytes())) {
      throw changed(file, "what was added continues its last line");
    }
    List<Long> ends = new ArrayList<>(before.ends());
    ends.add(before.bytes());
    int first = checksum(file, Math.min(file.bytes(), FIRST_BYTES));
    return new Known(hash, file.name(), file.bytes(), first, ends);
  }

  /** Warns that files cannot be compared. */
  static void warnOfNoRecord(String why) {
    Warnings.warn("files that change under the same name will not be detected: " + why);
  }

  /** Warns of a file that was loaded under another name: its rows are loaded a second time. */
  private void warnOfCopy(Known file, Map<Long, Known> known, Set<Long> gone) {
    known.values().stream()
        .filter(other -> file.bytes() > 0 && !gone.contains(other.file()))
        .filter(other -> other.bytes() == file.bytes() && other.firstBytes() == file.firstBytes())
        .findFirst()
        .ifPresent(
            other ->
                Warnings.warn(
                    "%s has the size and the first bytes of %s, whose rows are in table %s: its rows are added to them"
                        .formatted(file.name(), other.name(), table.name())));
  }

  private BadInputException changed(InputFile file, String how) {
    return new BadInputException(
        "%s has changed since its rows were written to table %s: %s. %s"
            .formatted(file.name(), table.name(), how, files.advice()));
  }

  private long oid(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT ?::regclass::oid::bigint")) {
      statement.setString(1, PostgresSql.quoteTable(table.name()));
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getLong(1);
      }
    }
  }

  /** Returns the known files that have no row in the table, for example after TRUNCATE. */
  private Set<Long> withoutRows(Connection connection, List<Long> hashes) throws SQLException {
    Set<Long> gone = new HashSet<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT f.file FROM unnest(?::bigint[], ?::uuid[], ?::uuid[]) AS f (file, low, high)
            WHERE NOT EXISTS (SELECT FROM %s AS t WHERE t.%2$s >= f.low AND t.%2$s <= f.high)
            """
                .formatted(
                    PostgresSql.quoteTable(table.name()), PostgresSql.names(table.keyColumns())))) {
      statement.setArray(1, connection.createArrayOf("bigint", hashes.toArray()));
      statement.setArray(2, connection.createArrayOf("uuid", places(hashes, 0)));
      statement.setArray(3, connection.createArrayOf("uuid", places(hashes, -1)));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          gone.add(result.getLong(1));
        }
      }
    }
    return gone;
  }

  private static Object[] places(List<Long> files, long place) {
    return files.stream().map(file -> new UUID(file, place)).toArray();
  }

  private static int checksum(InputFile file, long length) {
    ByteBuffer bytes = read(file, 0, (int) length);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }

  /** Returns whether a line ends right before byte {@code end}, or that byte is a line end. */
  private static boolean endsLine(InputFile file, long end) {
    if (end == 0) {
      return true;
    }
    ByteBuffer around = read(file, end - 1, 2);
    while (around.hasRemaining()) {
      byte next = around.get();
      if (next == '\n' || next == '\r') {
        return true;
      }
    }
    return false;
  }

  private static ByteBuffer read(InputFile file, long start, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    try (StoredFile stored = StoredFile.open(file)) {
      if (start > 0) {
        StoredFile unused = stored.position(start);
      }
      int read = 0;
      while (bytes.hasRemaining() && read >= 0) {
        read = stored.read(bytes);
      }
      return bytes.flip();
    } catch (IOException e) {
      throw new BadInputException("cannot read " + file.name() + ": " + e, e);
    }
  }
}
