package dev.diagonal.internal.jdbc.table;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.jdbc.schema.FilePieces;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.jspecify.annotations.Nullable;

/**
 * Detects input files that change under the same name while or after their rows are written. Rows
 * are identified by their place in a file; each transaction records checksums of the pieces that
 * its rows come from.
 *
 * @param schema the name of Diagonal's schema, which holds the checksums; {@link
 *     dev.diagonal.internal.jdbc.relationships.LoadedFiles} prepares it
 * @param pieceOf returns the piece of a row, or null if its key is not a place in a file
 * @param advice what the user can do with a file that has changed
 */
public record FilesOfRows<T>(
    String schema, SerializableFunction<T, @Nullable Piece> pieceOf, String advice)
    implements Serializable {

  private InternalSchema internalSchema() {
    return new InternalSchema(schema);
  }

  /**
   * Returns an exception that names the changed file, or null if the write failed for another
   * reason.
   *
   * @param session opens a connection to read the file's name
   */
  public static @Nullable BadInputException changed(
      @Nullable FilesOfRows<?> files,
      Callable<Connection> session,
      String table,
      SQLException fault) {
    Long file = FilePieces.changedFile(fault);
    if (files == null || file == null) {
      return null;
    }
    String name = null;
    try {
      name = files.internalSchema().filePieces().nameOf(session.call(), file);
    } catch (Exception unknown) {
      fault.addSuppressed(unknown);
    }
    return new BadInputException(
        "%s has changed since its rows were written to table %s: some of its bytes differ. %s"
            .formatted(name == null ? "a file" : name, table, files.advice()),
        fault);
  }

  /** Returns an empty set of recorded pieces, for one writer. */
  public Recorded<T> recorded() {
    return new Recorded<>(this);
  }

  /** The pieces that one writer has recorded. Not thread-safe. */
  public static final class Recorded<T> {

    /** Covers a file of 4 GB. Pieces of larger files may be recorded, that is compared, again. */
    private static final int MOST_REMEMBERED = 16_384;

    private final FilesOfRows<T> files;
    private final Map<Piece, Boolean> committed =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Piece, Boolean> eldest) {
            return size() > MOST_REMEMBERED;
          }
        };

    private Recorded(FilesOfRows<T> files) {
      this.files = files;
    }

    /** Returns the pieces of {@code rows} that this writer has not recorded. */
    public List<Piece> missing(List<T> rows) {
      Set<Piece> missing = new LinkedHashSet<>();
      Piece last = null;
      for (T row : rows) {
        Piece piece = files.pieceOf().apply(row);
        if (piece != null && !piece.equals(last) && !committed.containsKey(piece)) {
          missing.add(piece);
        }
        last = piece;
      }
      return new ArrayList<>(missing);
    }

    /** Records pieces in the open transaction of {@code connection}. */
    public void record(Connection connection, String table, List<Piece> pieces)
        throws SQLException {
      if (!pieces.isEmpty()) {
        try (PreparedStatement statement = connection.prepareStatement(sql(table))) {
          int unused = FilePieces.bind(statement, 1, pieces);
          statement.execute();
        }
      }
    }

    /** Remembers pieces whose transaction has been committed. */
    public void committed(List<Piece> pieces) {
      pieces.forEach(piece -> committed.put(piece, true));
    }

    /** Returns the statement that records pieces. */
    public String sql(String table) {
      return files
          .internalSchema()
          .filePieces()
          .recording(PostgresSql.literal(PostgresSql.quoteTable(table)) + "::regclass::oid");
    }
  }
}
