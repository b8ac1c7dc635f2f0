package dev.diagonal.internal.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.files.PiecedLines;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.jdbc.copy.CopyText;
import dev.diagonal.internal.jdbc.table.FilesOfRows;
import dev.diagonal.internal.jobs.schema.JobSession;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.ratings.UserRatings;
import dev.diagonal.metrics.Changes;
import dev.diagonal.metrics.Written;
import dev.diagonal.ratings.data.RatingFormat;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Copies the ratings of blocks into the table of the ratings, at least {@value #TRANSACTION_ROWS}
 * per transaction.
 */
final class LoadRatingsConsumer implements LineConsumer<Written> {

  private static final int TRANSACTION_ROWS = 50_000;

  private final UserRatings parser;
  private final LoadTarget target;
  private final LoadSql sql;
  private final JobSession session;
  private final FilesOfRows.@Nullable Recorded<Piece> recorded;
  private final List<Piece> pieces = new ArrayList<>();
  private final StringBuilder rows = new StringBuilder();
  private long file;
  private int held;

  LoadRatingsConsumer(RatingFormat format, LoadTarget target) {
    this.parser = new UserRatings(format);
    this.target = target;
    this.sql = new LoadSql(target);
    this.session = new JobSession(target.database());
    this.recorded = target.files() == null ? null : target.files().recorded();
  }

  @Override
  public void open(TextFile textFile) {
    parser.open(textFile);
    file = Piece.fileOf(textFile.name());
  }

  @Override
  public boolean reads(int column) {
    return parser.reads(column);
  }

  @Override
  public long accept(TextBlock block, Output<Written> output) {
    int before = held;
    Piece piece = PiecedLines.pieceOf(block);
    if (recorded != null && piece != null) {
      pieces.add(piece);
    }
    parser.read(block, this::hold, output::reject);
    int read = held - before;
    if (held >= TRANSACTION_ROWS) {
      finish(output);
    }
    return read;
  }

  private void hold(long user, long movie, @Nullable String name, int thousandths, long offset) {
    rows.append(held++).append('\t').append(user).append('\t');
    if (name == null) {
      rows.append(movie);
    } else {
      rows.append(CopyText.escaped(name));
    }
    rows.append('\t');
    rows.append(BigDecimal.valueOf(thousandths, 3)).append('\t');
    rows.append(new UUID(file, offset)).append('\n');
  }

  @Override
  public void finish(Output<Written> output) {
    if (held == 0) {
      return;
    }
    long start = System.nanoTime();
    byte[] text = rows.toString().getBytes(UTF_8);
    try {
      List<Piece> missing = recorded == null ? List.of() : recorded.missing(pieces);
      Changes loaded = session.call(connection -> insert(connection, text, missing));
      if (recorded != null) {
        recorded.committed(missing);
      }
      Counted.BATCHES_WRITTEN.add(1);
      Counted.ROWS_WRITTEN.add(loaded.added());
      Counted.add(loaded);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      output.emit(new Written(target.tables().ratings(), loaded.added(), 1, millis));
    } catch (SQLException e) {
      throw explained(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while loading", e);
    }
    rows.setLength(0);
    pieces.clear();
    held = 0;
  }

  private RuntimeException explained(SQLException fault) {
    String table = target.tables().ratings();
    BadInputException changed = FilesOfRows.changed(target.files(), session::use, table, fault);
    return changed == null
        ? new IllegalStateException(
            "cannot load %s ratings into %s: %s".formatted(held, table, fault.getMessage()), fault)
        : changed;
  }

  private Changes insert(Connection connection, byte[] text, List<Piece> missing)
      throws SQLException {
    if (recorded != null) {
      recorded.record(connection, target.tables().ratings(), missing);
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql.create());
      CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql.copy());
      try {
        copy.writeToCopy(text, 0, text.length);
        copy.endCopy();
      } finally {
        if (copy.isActive()) {
          copy.cancelCopy();
        }
      }
      try (ResultSet counts = statement.executeQuery(sql.insert())) {
        counts.next();
        return new Changes(counts.getLong(1), 0, counts.getLong(2), counts.getLong(3));
      }
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
