package dev.diagonal.internal.transfer.source;

import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.jdbc.snapshot.ColumnOverlap;
import dev.diagonal.internal.jdbc.snapshot.ColumnWindow;
import dev.diagonal.internal.jdbc.snapshot.CopiedRows;
import dev.diagonal.internal.jdbc.snapshot.ReadSession;
import dev.diagonal.internal.jdbc.snapshot.Snapshot;
import dev.diagonal.internal.jdbc.snapshot.StoredTables;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.io.Serializable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table or query of PostgreSQL that is read, before its columns are known.
 *
 * @param relation the text after FROM
 * @param shown how messages name it
 * @param snapshot the snapshot that all readers see, or null if each range has its own
 * @param stored the tables whose rows are read, or null if the readers do not need them
 * @param window the rows that are new since an earlier transfer, or null for all rows
 */
record PostgresRelation(
    JdbcTarget database,
    String relation,
    String shown,
    @Nullable Snapshot snapshot,
    @Nullable StoredTables stored,
    @Nullable ColumnWindow window)
    implements Serializable {

  /**
   * Returns a relation that a keeper may hold.
   *
   * @param table its name if it is a table, else null
   */
  static PostgresRelation of(
      JdbcTarget database,
      String relation,
      String shown,
      @Nullable String table,
      @Nullable SnapshotKeeper keeper) {
    return new PostgresRelation(
        database,
        relation,
        shown,
        keeper == null ? null : keeper.snapshot(),
        keeper == null || table == null ? null : keeper.tables(table),
        null);
  }

  /** Returns the rows that are new: see {@link JdbcRows#since}. */
  PostgresRelation since(String column, @Nullable String mark, ColumnOverlap overlap)
      throws SQLException {
    try (ReadSession session = ReadSession.of(database, snapshot)) {
      ColumnWindow found =
          ColumnWindow.of(
              session.use(),
              relation,
              column,
              mark,
              overlap,
              snapshot == null ? null : snapshot.oldest());
      session.release();
      return new PostgresRelation(database, relation, shown, snapshot, stored, found);
    }
  }

  /** Returns conditions on all rows: none if all rows of the relation are read. */
  List<String> conditions() {
    List<String> conditions = new ArrayList<>(ofStored());
    conditions.addAll(isNew());
    return conditions;
  }

  /** Returns conditions on the rows of a range of pages. */
  List<String> conditions(SourceRange range) {
    List<String> conditions = new ArrayList<>(PageRanges.conditions(range));
    if (!isOneTable(range)) {
      conditions.addAll(ofStored());
    }
    conditions.addAll(isNew());
    return conditions;
  }

  /** Excludes tables that become partitions after the snapshot: their rows were not in it. */
  private List<String> ofStored() {
    return stored == null || !stored.hasChildren()
        ? List.of()
        : List.of(
            "tableoid = ANY ('{%s}'::oid[])"
                .formatted(stored.oids().stream().map(String::valueOf).collect(joining(","))));
  }

  private List<String> isNew() {
    String condition = window == null ? null : window.condition();
    return condition == null ? List.of() : List.of(condition);
  }

  private boolean isOneTable(SourceRange range) {
    return range.place().startsWith("ONLY ") || ofStored().isEmpty();
  }

  /** Returns whether all attempts at a range of pages read the same rows in the same order. */
  boolean isRepeatable(SourceRange range) {
    return snapshot != null && window == null && isOneTable(range);
  }

  /**
   * Opens rows.
   *
   * @param copy the COPY statement
   * @param repeatable whether all attempts get the same rows in the same order
   */
  CopiedRows open(String copy, String place, boolean repeatable) {
    return new CopiedRows(ReadSession.of(database, snapshot), copy, place, repeatable);
  }
}
