package dev.diagonal.jobs;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.PostgresSql;
import dev.diagonal.jobs.schema.JobSession;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.metrics.Counted;
import dev.diagonal.metrics.Written;
import dev.diagonal.ratings.RatingFormat;
import dev.diagonal.ratings.UserRatings;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Copies the ratings of blocks into the table of the ratings, {@value #TRANSACTION_ROWS} or a few
 * more a transaction.
 */
final class LoadRatingsConsumer implements LineConsumer<Written> {

  private static final int TRANSACTION_ROWS = 50_000;

  // Nothing is known yet of a table that has just been filled, and the guess is a pass over all
  // ratings for every row: so each is looked up by the key.
  private static final String CREATE =
      """
      CREATE TEMPORARY TABLE %s
        (n bigint, user_id bigint, movie_id bigint, rating numeric) ON COMMIT DROP;
      SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
      SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off
      """;
  private static final String COPY = "COPY pg_temp.%s FROM STDIN";

  // Looked for first, as every conflict draws an id. What is in order is also faster to insert.
  private static final String INSERT =
      """
      INSERT INTO %1$s (%2$s, %3$s, %4$s)
      SELECT user_id, movie_id, rating FROM pg_temp.%5$s AS l
      WHERE NOT EXISTS (SELECT 1 FROM %1$s AS r WHERE r.%2$s = l.user_id AND r.%3$s = l.movie_id)
      ORDER BY n
      ON CONFLICT (%2$s, %3$s) DO NOTHING
      """;

  private final UserRatings parser;
  private final JobTables tables;
  private final JobSession session;
  private final String create;
  private final String copySql;
  private final String insert;
  private final StringBuilder rows = new StringBuilder();
  private int held;

  LoadRatingsConsumer(RatingFormat format, JdbcTarget database, JobTables tables) {
    this.parser = new UserRatings(format);
    this.tables = tables;
    this.session = new JobSession(database);
    String loaded = PostgresSql.unlike("diagonal_loaded", tables.ratings());
    this.create = CREATE.formatted(loaded);
    this.copySql = COPY.formatted(loaded);
    this.insert =
        INSERT.formatted(
            tables.ratingsSql(), tables.userSql(), tables.movieSql(), tables.ratingSql(), loaded);
  }

  @Override
  public void open(TextFile file) {
    parser.open(file);
  }

  @Override
  public boolean reads(int column) {
    return parser.reads(column);
  }

  @Override
  public long accept(TextBlock block, Output<Written> output) {
    int before = held;
    parser.read(block, this::hold, output::reject);
    int read = held - before;
    if (held >= TRANSACTION_ROWS) {
      finish(output);
    }
    return read;
  }

  private void hold(long user, long movie, int thousandths) {
    rows.append(held++).append('\t').append(user).append('\t').append(movie).append('\t');
    rows.append(BigDecimal.valueOf(thousandths, 3)).append('\n');
  }

  @Override
  public void finish(Output<Written> output) {
    if (held == 0) {
      return;
    }
    long start = System.nanoTime();
    byte[] text = rows.toString().getBytes(US_ASCII);
    try {
      long inserted = session.call(connection -> insert(connection, text));
      Counted.BATCHES_WRITTEN.add(1);
      Counted.ROWS_WRITTEN.add(inserted);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      output.emit(new Written(tables.ratings(), inserted, 1, millis));
    } catch (SQLException e) {
      throw new IllegalStateException(
          "cannot load %s ratings into %s: %s".formatted(held, tables.ratings(), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while loading", e);
    }
    rows.setLength(0);
    held = 0;
  }

  private long insert(Connection connection, byte[] text) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(create);
      CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copySql);
      try {
        copy.writeToCopy(text, 0, text.length);
        copy.endCopy();
      } finally {
        if (copy.isActive()) {
          copy.cancelCopy();
        }
      }
      return statement.executeUpdate(insert);
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
