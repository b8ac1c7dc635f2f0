package dev.diagonal.transfer.source;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;
import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.snapshot.ReadSession;
import dev.diagonal.internal.jdbc.snapshot.Snapshot;
import dev.diagonal.internal.jdbc.snapshot.SnapshotSessions;
import dev.diagonal.internal.jdbc.snapshot.StoredTables;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowOrigin;
import dev.diagonal.rows.RowType;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a PostgreSQL table or query with their types, by binary COPY. Holds at most one
 * block of the result in memory.
 *
 * <p>Rows are read in parallel. With a {@link Snapshot}, all readers see the same state, and a
 * table is cut into ranges of its pages, per partition and inheriting table. Views, queries, and
 * tables without a snapshot are cut into ranges of a whole-number key. Without a snapshot each
 * range is read in its own transaction, so one range may include a concurrent change that another
 * does not.
 */
public final class JdbcRows extends RelationRows {

  private static final String KEY =
      """
      SELECT a.attname FROM pg_index i
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indrelid = to_regclass(?) AND i.indisprimary
        AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
      """;

  /** The type of blocks of tuples. */
  static final RowType TUPLE = new RowType(List.of(new Field("tuple", FieldType.BYTES)));

  /** The expression in the select list for each column. */
  private final List<String> expressions;

  private final Read source;
  private final boolean tuples;
  private final @Nullable Snapshot snapshot;

  /** The tables whose rows are read, or null if the readers do not need them. */
  private final @Nullable StoredTables stored;

  /** Ranges of pages, or none if the ranges are those of a key. */
  private final List<SourceRange> pages;

  private JdbcRows(
      Read read,
      @Nullable String key,
      int maxRanges,
      RowType type,
      List<String> expressions,
      List<SourceRange> pages,
      boolean tuples) {
    super(read.database, read.relation, read.shown, key, maxRanges, type);
    this.source = read;
    this.tuples = tuples;
    this.expressions = List.copyOf(expressions);
    this.snapshot = read.snapshot;
    this.stored = read.stored;
    this.pages = List.copyOf(pages);
  }

  /** Returns whether the ranges are those of pages, which {@link #tuples} requires. */
  public boolean isReadByPages() {
    return !pages.isEmpty();
  }

  /**
   * Returns the same rows as COPY tuples that are not decoded: blocks of one column, {@code tuple},
   * each value with the lengths and values of the columns. For a sink that writes them unchanged.
   *
   * @param columns the columns, in this order
   */
  public JdbcRows tuples(List<String> columns) {
    return new JdbcRows(
        source, null, 1, TUPLE, columns.stream().map(PostgresSql::quote).toList(), pages, true);
  }

  /** What is read, before its columns are known. */
  private record Read(
      JdbcTarget database,
      String relation,
      String shown,
      @Nullable Snapshot snapshot,
      @Nullable StoredTables stored)
      implements Serializable {}

  /**
   * Returns what a keeper must lock and measure to read a table.
   *
   * @param table {@code table} or {@code schema.table}, exactly as in the database
   */
  public static SnapshotKeeper.Source tableSource(String table) {
    return new SnapshotKeeper.Source(quoteTable(table), table, "table " + table);
  }

  /** Returns what a keeper must lock to read a query. */
  public static SnapshotKeeper.Source querySource(String query) {
    return new SnapshotKeeper.Source(relationOf(query), null, "a query");
  }

  /**
   * Reads the columns of a table from the database.
   *
   * @param table {@code table} or {@code schema.table}, exactly as in the database
   * @param rangeKey a whole-number column whose ranges are read; if null, ranges of pages with a
   *     snapshot, otherwise ranges of the first column of the primary key if that holds whole
   *     numbers
   * @param maxRanges the maximum number of ranges; partitions may add more
   * @param keeper holds the snapshot to read, or null to read each range in its own snapshot
   * @throws SQLException if the database cannot be reached or refuses
   */
  public static JdbcRows ofTable(
      JdbcTarget database,
      String table,
      @Nullable String rangeKey,
      int maxRanges,
      @Nullable SnapshotKeeper keeper)
      throws SQLException, InterruptedException {
    String relation = quoteTable(table);
    Read read =
        new Read(
            database,
            relation,
            "table " + table,
            keeper == null ? null : keeper.snapshot(),
            keeper == null ? null : keeper.tables(table));
    List<SourceRange> pages = rangeKey == null ? pages(read, maxRanges) : List.of();
    return RetriedTransaction.in(database, "look at table " + table)
        .run(
            connection -> {
              String key =
                  rangeKey == null && pages.isEmpty() ? firstKey(connection, relation) : rangeKey;
              return of(read, connection, key, ranges(keeper, maxRanges), pages);
            });
  }

  private static List<SourceRange> pages(Read read, int maxRanges) {
    StoredTables stored = read.stored;
    if (stored == null || stored.all().stream().noneMatch(StoredTables.StoredTable::inPages)) {
      return List.of();
    } else if (stored.hasChildren() && stored.readable()) {
      return PageRanges.ofEach(stored, maxRanges);
    }
    return stored.inPages() ? PageRanges.ofAll(stored, maxRanges, read.relation) : List.of();
  }

  /** A server that cannot export a snapshot has one reader. */
  private static int ranges(@Nullable SnapshotKeeper keeper, int maxRanges) {
    return keeper != null && keeper.snapshot() == null ? 1 : maxRanges;
  }

  /**
   * Reads the columns of a query from the database.
   *
   * @param rangeKey a whole-number column of the result whose ranges are read, or null for one
   *     reader, which keeps the query's order
   * @param keeper holds the snapshot to read, or null to read each range in its own snapshot
   * @throws SQLException if the database cannot be reached or refuses
   */
  public static JdbcRows ofQuery(
      JdbcTarget database,
      String query,
      @Nullable String rangeKey,
      int maxRanges,
      @Nullable SnapshotKeeper keeper)
      throws SQLException, InterruptedException {
    Read read =
        new Read(
            database,
            relationOf(query),
            "a query",
            keeper == null ? null : keeper.snapshot(),
            null);
    return RetriedTransaction.in(database, "prepare the query")
        .run(connection -> of(read, connection, rangeKey, ranges(keeper, maxRanges), List.of()));
  }

  private static @Nullable String firstKey(Connection connection, String quotedTable)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(KEY)) {
      statement.setString(1, quotedTable);
      try (ResultSet result = statement.executeQuery()) {
        return result.next() ? result.getString(1) : null;
      }
    }
  }

  private static JdbcRows of(
      Read read,
      Connection connection,
      @Nullable String key,
      int maxRanges,
      List<SourceRange> pages)
      throws SQLException {
    SelectedColumns columns = SelectedColumns.of(connection, read.relation);
    return new JdbcRows(read, key, maxRanges, columns.type(), columns.expressions(), pages, false);
  }

  @Override
  public int mostRanges() {
    return pages.isEmpty() ? super.mostRanges() : pages.size();
  }

  @Override
  public List<SourceRange> ranges() throws SQLException, InterruptedException {
    return pages.isEmpty() ? super.ranges() : pages;
  }

  @Override
  public RowBlockReader open(SourceRange range, int blockRows) throws SQLException {
    if (pages.isEmpty()) {
      return super.open(range, blockRows);
    }
    List<String> conditions = new ArrayList<>(PageRanges.conditions(range));
    if (!range.place().startsWith("ONLY ")) {
      conditions.addAll(ofStored());
    }
    return open(range.place(), conditions, blockRows);
  }

  /**
   * Opens the rows, of all ranges, for which a condition holds.
   *
   * @param condition what follows {@code WHERE}
   */
  public RowBlockReader matching(String condition, int blockRows) throws SQLException {
    return openWhere(condition, blockRows);
  }

  @Override
  List<String> conditions() {
    return ofStored();
  }

  /** Excludes tables that become partitions after the snapshot: their rows were not in it. */
  private List<String> ofStored() {
    return stored == null || !stored.hasChildren()
        ? List.of()
        : List.of(
            "tableoid = ANY ('{%s}'::oid[])"
                .formatted(stored.oids().stream().map(String::valueOf).collect(joining(","))));
  }

  @Override
  public void close() {
    if (snapshot != null) {
      SnapshotSessions.closeIdle(snapshot);
    }
  }

  @Override
  RowBlockReader read(JdbcTarget database, String relation, int blockRows, RowOrigin origin) {
    ReadSession session = ReadSession.of(database, snapshot);
    String copy =
        "COPY (SELECT %s FROM %s) TO STDOUT (FORMAT binary)"
            .formatted(String.join(", ", expressions), relation);
    return tuples
        ? CopyBlocks.ofTuples(session, copy, expressions.size(), blockRows, origin)
        : new CopyBlocks(session, copy, blockType(), blockRows, origin);
  }
}
