package dev.diagonal.internal.transfer.resume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.Leftovers;
import dev.diagonal.internal.jdbc.schema.SchemaRights;
import dev.diagonal.internal.jdbc.schema.UnfinishedTransfers.Entry;
import dev.diagonal.internal.jdbc.schema.UnfinishedTransfers.Found;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.internal.transfer.KeptRanges;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.hash.Hasher;
import org.jspecify.annotations.Nullable;

/**
 * Chooses whether a transfer begins, or resumes one that has not ended.
 *
 * @param claim of this process, to what it resumes
 * @param identity of the rows of a database, which may be written again; null for files
 * @param task the name of the task in a plan, or empty
 */
record TransferChoice(
    InternalSchema schema, Kind kind, UUID claim, @Nullable String identity, String task) {

  private static final String BOUNDS = " bounds ";

  /**
   * The transfer to begin or resume.
   *
   * @param entry the transfer, or null if transfers cannot or need not be recorded
   * @param held whether another process holds it
   */
  record Chosen(@Nullable Entry entry, boolean held) {}

  /**
   * Identifies the names and sizes of the files and how they are cut, or the rows of a database,
   * and the columns and the mode in which they are written.
   */
  private String inputOf(BlockSource source, Table table, WriteMode mode) throws Exception {
    Hasher hash = Fingerprint.of(source);
    for (Column column : table.columns()) {
      hash.putString(column.name(), UTF_8).putBoolean(column.key());
    }
    if (identity != null) {
      hash.putString(identity, UTF_8);
    }
    String input = hash.putString(mode.name(), UTF_8).hash().toString();
    return source instanceof KeptRanges kept ? input + BOUNDS + kept.bounds() : input;
  }

  /** Returns the {@link KeptRanges#bounds} of an unfinished transfer, or null if it has none. */
  static @Nullable String boundsOf(@Nullable Entry entry) {
    int at = entry == null ? -1 : entry.input().indexOf(BOUNDS);
    return entry == null || at < 0 ? null : entry.input().substring(at + BOUNDS.length());
  }

  /** Returns the transfer that a run begins unless it resumes one. */
  Entry wanted(BlockSource source, Table target, WriteMode mode, int readers, int commitRows)
      throws Exception {
    return new Entry(
        UUID.randomUUID(), described(source), inputOf(source, target, mode), readers, commitRows);
  }

  private String described(BlockSource source) {
    return task.isEmpty() ? source.describe() : "%s (task %s)".formatted(source.describe(), task);
  }

  private boolean rewrites() {
    return identity != null;
  }

  private boolean resumes() {
    return kind == Kind.RESUME;
  }

  /** Returns the transfer to begin or resume, which this process then has unless it is held. */
  Chosen of(Connection connection, String table, WriteMode mode, Entry wanted) throws SQLException {
    SchemaRights rights = kind == Kind.NONE ? schema.find(connection) : schema.open(connection);
    if (kind == Kind.NONE && !rights.isUsable()) {
      return new Chosen(null, false);
    } else if (!schema.unfinishedTransfers().open(connection, rights)) {
      checkMayStart(rights);
      return new Chosen(null, false);
    }
    List<Found> all = unfinished(connection, table);
    List<Found> same = ofSource(all, wanted);
    if (!resumes()) {
      boolean held = false;
      for (Found each : same) {
        held |= !forget(connection, table, mode == WriteMode.INSERT, each);
      }
      return new Chosen(kind == Kind.NONE ? null : wanted, held);
    }
    if (same.isEmpty()) {
      if (!rewrites()) {
        checkIsEmpty(connection, table, wanted, all);
      }
      return new Chosen(wanted, false);
    }
    Entry resumed = resumable(table, wanted, same);
    boolean held = !schema.runs().isGone(connection, resumed.run());
    if (!held) {
      checkHasRows(connection, table, mode, resumed);
      schema.unfinishedTransfers().claim(connection, resumed.run(), claim);
    }
    return new Chosen(resumed, held);
  }

  /**
   * Refuses a transfer that is to be resumed if another process has begun it since it was looked
   * for: both would write all rows.
   */
  void checkIsFirst(Connection connection, String table, Entry begun) throws SQLException {
    if (!resumes()) {
      return;
    }
    String lock =
        "SELECT pg_advisory_xact_lock(hashtextextended(to_regclass(?)::oid || ' ' || ?, 0))";
    try (PreparedStatement statement = connection.prepareStatement(lock)) {
      statement.setString(1, PostgresSql.quoteTable(table));
      statement.setString(2, begun.source());
      statement.execute();
    }
    if (!ofSource(unfinished(connection, table), begun).isEmpty()) {
      throw new IllegalArgumentException(
          "another process has just begun the transfer from %s to table %s"
              .formatted(begun.source(), table));
    }
  }

  private static List<Found> ofSource(List<Found> all, Entry wanted) {
    return all.stream().filter(each -> each.entry().source().equals(wanted.source())).toList();
  }

  /** Returns a line about what {@link #of} would choose, or nothing, and changes nothing. */
  String look(Connection connection, String table, WriteMode mode, Entry wanted)
      throws SQLException {
    SchemaRights rights = schema.find(connection);
    if (!rights.isUsable() && !rights.mayBeCreated()) {
      checkMayStart(rights);
      return "";
    }
    List<Found> all = rights.isUsable() ? unfinished(connection, table) : List.of();
    List<Found> same = ofSource(all, wanted);
    if (same.isEmpty()) {
      if (resumes() && FoundTable.find(connection, table) != null) {
        checkIsEmpty(connection, table, wanted, all);
      }
      return resumes() ? "nothing is unfinished, so all rows are written" : "";
    }
    Found found = same.get(0);
    long rows = schema.ledger().rowsOf(connection, found.entry().run());
    if (!resumes()) {
      return String.format(
          Locale.ROOT,
          "a transfer from %s since %s has committed %,d rows; this one writes all rows again"
              + " (--resume writes only the missing ones)",
          wanted.source(),
          found.startedAt(),
          rows);
    }
    Entry resumed = resumable(table, wanted, same);
    checkHasRows(connection, table, mode, resumed);
    return String.format(
        Locale.ROOT,
        "goes on with the transfer from %s since %s, which has committed %,d rows%s",
        wanted.source(),
        found.startedAt(),
        rows,
        schema.runs().isGone(connection, resumed.run()) ? "" : " and is still running");
  }

  private void checkMayStart(SchemaRights rights) {
    if (resumes()) {
      throw new IllegalArgumentException(
          "transfers are not recorded, so none can be resumed: "
              + (rights.isUsable() ? rights.missingForTables() : rights.missing()));
    }
  }

  /** Drops an earlier transfer that this one starts again, and returns false if it is running. */
  private boolean forget(Connection connection, String table, boolean doubles, Found earlier)
      throws SQLException {
    long rows = schema.ledger().rowsOf(connection, earlier.entry().run());
    boolean dropped = new Leftovers(schema).drop(connection, earlier.entry().run());
    if (dropped && rows > 0 && doubles) {
      Warnings.warn(
          String.format(
              Locale.ROOT,
              "an interrupted transfer from %s has written %,d rows to table %s since %s; this one"
                  + " inserts all rows again (--resume would have inserted only the missing ones)",
              earlier.entry().source(),
              rows,
              table,
              earlier.startedAt()));
    }
    return dropped;
  }

  /** Refuses a table that was emptied after rows of the transfer were committed to it. */
  private void checkHasRows(Connection connection, String table, WriteMode mode, Entry resumed)
      throws SQLException {
    long rows = schema.ledger().rowsOf(connection, resumed.run());
    if (rows > 0 && mode != WriteMode.DELETE && !TargetRows.any(connection, table)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "table %s is empty, but the interrupted transfer has committed %,d rows to it: start"
                  + " without --resume",
              table,
              rows));
    }
  }

  private static void checkIsEmpty(
      Connection connection, String table, Entry wanted, List<Found> others) throws SQLException {
    if (TargetRows.any(connection, table)) {
      throw new IllegalArgumentException(
          "table %s has rows, and no transfer from %s to it is unfinished%s: without --resume, all rows are written"
              .formatted(
                  table,
                  wanted.source(),
                  others.isEmpty()
                      ? ""
                      : others.stream()
                          .map(each -> each.entry().source() + " since " + each.startedAt())
                          .collect(joining(", ", " (but these are: ", ")"))));
    }
  }

  private Entry resumable(String table, Entry wanted, List<Found> found) {
    Entry entry = found.get(0).entry();
    String what = "the transfer from %s to table %s".formatted(entry.source(), table);
    if (found.size() > 1) {
      throw new IllegalArgumentException(
          "there are %s unfinished transfers from %s to table %s, and only one can be resumed: %sstart without --resume"
              .formatted(
                  found.size(),
                  entry.source(),
                  table,
                  rewrites() ? "" : "remove their rows, and "));
    } else if (entry.commitRows() != wanted.commitRows()) {
      throw new IllegalArgumentException(
          "%s has transactions of %s rows: resume it with --commitRows=%2$s"
              .formatted(what, entry.commitRows()));
    } else if (!entry.input().equals(wanted.input())) {
      throw new IllegalArgumentException(
          "%s began at %s, and since then %s the columns or the mode have changed: %sstart without --resume"
              .formatted(
                  what,
                  found.get(0).startedAt(),
                  rewrites()
                      ? "the URL, the query, the range key, the mapping,"
                      : "the names or sizes of the files,",
                  rewrites() ? "" : "remove its rows, and "));
    }
    return entry;
  }

  /** Returns the transfer that is resumed, before it is checked, or null if there is none. */
  @Nullable Entry resumedIn(JdbcTarget database, String table, BlockSource source)
      throws SQLException, InterruptedException {
    if (!resumes()) {
      return null;
    }
    List<Found> found =
        RetriedTransaction.in(database, "look for unfinished transfers to table " + table)
            .run(connection -> unfinished(connection, table));
    return found.stream()
        .map(Found::entry)
        .filter(entry -> entry.source().equals(described(source)))
        .findFirst()
        .orElse(null);
  }

  /** Returns the transfers into a table that have not ended, the oldest first. */
  private List<Found> unfinished(Connection connection, String table) throws SQLException {
    return schema.unfinishedTransfers().find(connection, PostgresSql.quoteTable(table));
  }
}
