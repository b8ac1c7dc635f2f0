package dev.diagonal.internal.transfer.resume;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.schema.HighWaterMarks;
import dev.diagonal.internal.jdbc.schema.HighWaterMarks.Mark;
import dev.diagonal.internal.jdbc.schema.HighWaterMarks.Of;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.RunKeeper;
import dev.diagonal.internal.jdbc.schema.SchemaRights;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
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

  private final InternalSchema schema;
  private final String column;
  private final @Nullable String overlap;
  private @Nullable Begun begun;
  private @Nullable String next;

  private record Begun(
      JdbcTarget database,
      String table,
      Of of,
      @Nullable Mark found,
      String written,
      @Nullable String next,
      RunKeeper keeper) {}

  private record Looked(UUID run, @Nullable Mark mark, boolean hasRows) {}

  private record Seen(@Nullable Mark mark, boolean hasRows, boolean isRunning) {}

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
   * @param read identifies what is read beyond its description, or empty
   * @param mapping identifies how rows are converted: if it changes, all rows are read
   * @throws IllegalArgumentException if marks cannot be kept, or the same transfer is running
   */
  public JdbcRows begin(
      JdbcTarget database, String table, JdbcRows all, String read, String mapping)
      throws Exception {
    Of of = of(table, all, read);
    String written = Fingerprint.of(mapping + all.blockType());
    Looked looked = lookedWhenFree(database, table, of, all.describe());
    RunKeeper keeper = InsertRun.hold(database, schema, looked.run(), table);
    boolean done = false;
    try {
      JdbcRows rows = all.since(column, usable(looked, table, written), overlap);
      next = rows.mark();
      begun = new Begun(database, table, of, looked.mark(), written, rows.mark(), keeper);
      done = true;
      return rows;
    } finally {
      if (!done) {
        keeper.end();
      }
    }
  }

  /**
   * Returns a line about the rows that {@link #begin} would read, and changes nothing.
   *
   * @throws IllegalArgumentException if marks cannot be kept
   */
  public String look(JdbcTarget database, String table, JdbcRows all, String read, String mapping)
      throws SQLException, InterruptedException {
    Of of = of(table, all, read);
    Seen seen =
        RetriedTransaction.in(database, "look for the mark of table " + table)
            .run(connection -> see(connection, table, of));
    Mark mark = seen.mark();
    String unusable =
        whyUnusable(mark, seen.hasRows(), table, Fingerprint.of(mapping + all.blockType()));
    JdbcRows rows =
        all.since(column, mark == null || unusable != null ? null : mark.value(), overlap);
    String running =
        seen.isRunning()
            ? "; the same transfer is running now, and until its end a run is refused"
            : "";
    String from = rows.least();
    if (mark != null && from != null) {
      return "rows with %s of %s or later, or without a value; the high-water mark is %s%s"
          .formatted(column, from, mark.value(), running);
    }
    return "all rows: %s%s"
        .formatted(
            mark == null
                ? "there is no high-water mark yet"
                : unusable != null
                    ? unusable
                    : "the values of column %s are below the high-water mark %s minus the overlap"
                        .formatted(column, mark.value()),
            running);
  }

  private Of of(String table, JdbcRows all, String read) {
    String source = read.isEmpty() ? all.describe() : all.describe() + " " + Fingerprint.of(read);
    return new Of(PostgresSql.quoteTable(table), source, column);
  }

  private static @Nullable String usable(Looked looked, String table, String written) {
    Mark mark = looked.mark();
    String why = whyUnusable(mark, looked.hasRows(), table, written);
    if (why != null) {
      Warnings.warn(why + ": all rows are read");
    }
    return mark == null || why != null ? null : mark.value();
  }

  /** Returns why a mark does not help, or null if it does or there is none. */
  private static @Nullable String whyUnusable(
      @Nullable Mark mark, boolean hasRows, String table, String written) {
    if (mark != null && !hasRows) {
      return "table %s is empty, but the last transfer to it ended at %s"
          .formatted(table, mark.movedAt());
    } else if (mark != null && !mark.written().equals(written)) {
      return "the columns or the mapping have changed since the last transfer to table %s at %s"
          .formatted(table, mark.movedAt());
    }
    return null;
  }

  private Looked lookedWhenFree(JdbcTarget database, String table, Of of, String source)
      throws Exception {
    try {
      return UntilFree.call(() -> lookIfFree(database, table, of, source));
    } catch (HeldException held) {
      throw held.refusal();
    }
  }

  private Looked lookIfFree(JdbcTarget database, String table, Of of, String source)
      throws SQLException, InterruptedException, HeldException {
    return RetriedTransaction.in(database, "look for the mark of table " + table)
        .run(connection -> look(connection, table, of))
        .orElseThrow(
            () ->
                new HeldException(
                    "an incremental transfer from %s to table %s is still running"
                        .formatted(source, table)));
  }

  /** Returns nothing while another process runs the same transfer. */
  private Optional<Looked> look(Connection connection, String table, Of of) throws SQLException {
    SchemaRights rights = schema.open(connection);
    HighWaterMarks marks = schema.highWaterMarks();
    if (!marks.open(connection, rights)) {
      throw notKept(rights, rights.isUsable() ? marks.missing(connection) : null);
    }
    boolean exists = FoundTable.exists(connection, table);
    UUID run = runOf(of);
    if (!schema.runs().isGone(connection, run)) {
      return Optional.empty();
    }
    return Optional.of(
        new Looked(run, marks.find(connection, of), exists && TargetRows.any(connection, table)));
  }

  /** As {@link #look(Connection, String, Of)}, but creates nothing. */
  private Seen see(Connection connection, String table, Of of) throws SQLException {
    SchemaRights rights = schema.find(connection);
    HighWaterMarks marks = schema.highWaterMarks();
    boolean usable = rights.isUsable() && marks.isUsable(connection);
    String missing = rights.isUsable() ? marks.missing(connection) : null;
    boolean mayCreate = rights.isUsable() ? rights.mayCreateTables() : rights.mayBeCreated();
    if (missing != null || (!usable && !mayCreate)) {
      throw notKept(rights, missing);
    }
    return new Seen(
        usable ? marks.find(connection, of) : null,
        FoundTable.exists(connection, table) && TargetRows.any(connection, table),
        !schema.runs().isGone(connection, runOf(of)));
  }

  private static UUID runOf(Of of) {
    return UUID.nameUUIDFromBytes(
        "%s %s %s".formatted(of.target(), of.source(), of.column()).getBytes(UTF_8));
  }

  private static IllegalArgumentException notKept(SchemaRights rights, @Nullable String missing) {
    String ofSchema = rights.isUsable() ? rights.missingForTables() : rights.missing();
    return new IllegalArgumentException(
        "no high-water mark can be kept: " + (missing == null ? ofSchema : missing));
  }

  /**
   * Returns what the user should know at the end, a line each.
   *
   * @param bad how many bad records there were, which keep the mark where it was
   */
  public List<String> remarks(long bad) {
    if (bad > 0) {
      return List.of(
          String.format(
              Locale.ROOT,
              "the high-water mark of column %s stays where it was, as there were %,d bad records: the next transfer reads the rows of this one again",
              column,
              bad));
    }
    return next == null
        ? List.of()
        : List.of("the high-water mark of column %s is %s".formatted(column, next));
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
