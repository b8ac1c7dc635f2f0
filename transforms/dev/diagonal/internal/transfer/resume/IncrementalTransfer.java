package dev.diagonal.internal.transfer.resume;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.schema.HighWaterMarks;
import dev.diagonal.internal.jdbc.schema.HighWaterMarks.Mark;
import dev.diagonal.internal.jdbc.schema.HighWaterMarks.Of;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.RunKeeper;
import dev.diagonal.internal.jdbc.schema.SchemaRights;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.transfer.source.JdbcRows;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.hash.Hashing;
import org.jspecify.annotations.Nullable;

/**
 * A transfer that reads only the rows which are new since the last one, by a column whose values
 * grow. It finds the high-water mark of the last transfer in the database of the target, and moves
 * it when all rows are committed. Two of them with the same source and target never run at the same
 * time: an older row could replace a newer one.
 *
 * <p>Used by one thread.
 */
public final class IncrementalTransfer {

  /** The server needs a moment to notice that a process was killed. */
  private static final Retry UNTIL_FREE =
      Retry.defaults().withMaxAttempts(8).withDelays(Duration.ofMillis(250), Duration.ofSeconds(1));

  private final InternalSchema schema;
  private final String column;
  private final @Nullable String overlap;
  private @Nullable Begun begun;

  private record Begun(
      JdbcTarget database,
      String table,
      Of of,
      @Nullable Mark found,
      String written,
      @Nullable String next,
      RunKeeper keeper) {}

  private record Looked(UUID run, @Nullable Mark mark, boolean hasRows) {}

  /** Thrown while another process runs the same transfer. */
  private static final class HeldException extends Exception {
    HeldException(String message) {
      super(message);
    }
  }

  /**
   * @param schema the schema of the marks, in the database of the target
   * @param column the column of the source
   * @param overlap how far below the mark rows are read again: see {@link JdbcRows#since}
   */
  public IncrementalTransfer(InternalSchema schema, String column, @Nullable String overlap) {
    this.schema = schema;
    this.column = column;
    this.overlap = overlap;
  }

  /**
   * Finds the mark and returns the rows that are new.
   *
   * @param database the database of the target
   * @param table the target, which may not exist yet
   * @param all all rows of the source
   * @param query the query that is read, or null for a table
   * @param mapping identifies how rows are converted: if it changes, all rows are read
   * @throws IllegalArgumentException if marks cannot be kept, or the same transfer is running
   */
  public JdbcRows begin(
      JdbcTarget database, String table, JdbcRows all, @Nullable String query, String mapping)
      throws Exception {
    String source = query == null ? all.describe() : all.describe() + " " + hash(query);
    Of of = new Of(PostgresSql.quoteTable(table), source, column);
    String written = hash(mapping + all.blockType());
    Looked looked;
    try {
      looked =
          UNTIL_FREE.call(() -> lookIfFree(database, table, of), HeldException.class::isInstance);
    } catch (Retry.ExhaustedException e) {
      throw new IllegalArgumentException(
          "an incremental transfer from %s to table %s is still running"
              .formatted(all.describe(), table),
          e);
    }
    RunKeeper keeper = InsertRun.hold(database, schema, looked.run(), table);
    boolean done = false;
    try {
      JdbcRows rows = all.since(column, usable(looked, table, written), overlap);
      begun = new Begun(database, table, of, looked.mark(), written, rows.mark(), keeper);
      done = true;
      return rows;
    } finally {
      if (!done) {
        keeper.end();
      }
    }
  }

  private static String hash(String text) {
    return Hashing.murmur3_128().hashString(text, UTF_8).toString();
  }

  private static @Nullable String usable(Looked looked, String table, String written) {
    Mark mark = looked.mark();
    if (mark == null) {
      return null;
    } else if (!looked.hasRows()) {
      Warnings.warn(
          "table %s is empty, but the last transfer to it ended at %s: all rows are read"
              .formatted(table, mark.movedAt()));
      return null;
    } else if (!mark.written().equals(written)) {
      Warnings.warn(
          "the columns or the mapping have changed since the last transfer to table %s at %s: all rows are read"
              .formatted(table, mark.movedAt()));
      return null;
    }
    return mark.value();
  }

  private Looked lookIfFree(JdbcTarget database, String table, Of of)
      throws SQLException, InterruptedException, HeldException {
    return RetriedTransaction.in(database, "look for the mark of table " + table)
        .run(connection -> look(connection, table, of))
        .orElseThrow(
            () -> new HeldException("the same transfer to table " + table + " is still running"));
  }

  /** Returns nothing while another process runs the same transfer. */
  private Optional<Looked> look(Connection connection, String table, Of of) throws SQLException {
    SchemaRights rights = schema.open(connection);
    HighWaterMarks marks = schema.highWaterMarks();
    if (!marks.open(connection, rights)) {
      throw new IllegalArgumentException(
          "no high-water mark can be kept: "
              + (rights.isUsable() ? rights.missingForTables() : rights.missing()));
    }
    boolean exists = TransferChoice.exists(connection, table);
    UUID run =
        UUID.nameUUIDFromBytes(
            "%s %s %s".formatted(of.target(), of.source(), of.column()).getBytes(UTF_8));
    if (!schema.runs().isGone(connection, run)) {
      return Optional.empty();
    }
    return Optional.of(
        new Looked(
            run, marks.find(connection, of), exists && TransferChoice.hasRows(connection, table)));
  }

  /** Returns what the user should know at the end, a line each. */
  public List<String> remarks() {
    Begun now = begun;
    return now == null || now.next() == null
        ? List.of()
        : List.of("the high-water mark of column %s is %s".formatted(column, now.next()));
  }

  /**
   * Moves the mark. All rows must be committed.
   *
   * @throws IllegalStateException if another process has moved it meanwhile
   */
  public void end() throws SQLException, InterruptedException {
    Begun now = begun;
    begun = null;
    if (now == null) {
      return;
    }
    boolean moved;
    try {
      moved =
          RetriedTransaction.in(now.database(), "move the mark of table " + now.table())
              .run(connection -> moved(connection, now));
    } finally {
      now.keeper().end();
    }
    if (!moved) {
      throw new IllegalStateException(
          "another transfer has moved the high-water mark of table %s at the same time, so rows may be older than its rows: the mark is removed, and the next transfer reads all rows"
              .formatted(now.table()));
    }
  }

  private boolean moved(Connection connection, Begun now) throws SQLException {
    HighWaterMarks marks = schema.highWaterMarks();
    String next = now.next();
    if (next == null || marks.move(connection, now.of(), now.found(), next, now.written())) {
      return true;
    }
    marks.delete(connection, now.of());
    return false;
  }

  /** Keeps the mark where it was. */
  public void close() {
    Begun now = begun;
    begun = null;
    if (now != null) {
      now.keeper().end();
    }
  }
}
