package dev.diagonal.internal.transfer.source;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.snapshot.ColumnOverlap;
import dev.diagonal.internal.jdbc.snapshot.ColumnWindow;
import dev.diagonal.internal.jdbc.snapshot.CopiedRows;
import dev.diagonal.internal.jdbc.snapshot.HiddenRows;
import dev.diagonal.internal.jdbc.snapshot.Snapshot;
import dev.diagonal.internal.jdbc.snapshot.SnapshotSessions;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
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

  /** The type of blocks of tuples. */
  static final RowType TUPLE = new RowType(List.of(new Field("tuple", FieldType.BYTES)));

  /** The expression in the select list for each column. */
  private final List<String> expressions;

  private final PostgresRelation source;
  private final boolean tuples;
  private final List<String> remarks;

  /** Ranges of pages, or none if the ranges are those of a key. */
  private final List<SourceRange> pages;

  private JdbcRows(
      PostgresRelation source,
      @Nullable String key,
      int maxRanges,
      RowType type,
      List<String> expressions,
      List<SourceRange> pages,
      boolean tuples,
      List<String> remarks) {
    super(source.database(), source.relation(), source.shown(), key, maxRanges, type);
    this.source = source;
    this.tuples = tuples;
    this.expressions = List.copyOf(expressions);
    this.pages = List.copyOf(pages);
    this.remarks = List.copyOf(remarks);
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
        source,
        null,
        1,
        TUPLE,
        columns.stream().map(PostgresSql::quote).toList(),
        pages,
        true,
        remarks);
  }

  /**
   * Returns the rows whose value in a column is not below a mark minus an overlap, and the rows
   * without a value. All transactions that commit later with values above {@link #mark} minus the
   * overlap are found by the next call.
   *
   * @param column a column of whole numbers, dates or timestamps
   * @param mark the {@link #mark} of an earlier transfer, or null for all rows
   * @param overlap {@code 90s}, {@code 10m}, {@code 2h}, {@code 1d}, or a whole number; null for
   *     the default, which is {@code 10m} or 10000
   * @throws BadInputException if the column does not exist or has another type
   */
  public JdbcRows since(String column, @Nullable String mark, @Nullable String overlap)
      throws SQLException {
    int unused = Columns.indexOf(blockType(), column);
    ColumnOverlap below = overlap == null ? ColumnOverlap.USUAL : ColumnOverlap.of(overlap);
    return new JdbcRows(
        source.since(column, mark, below),
        key(),
        maxRanges(),
        blockType(),
        expressions,
        pages,
        tuples,
        remarks);
  }

  /** Returns the least value that is read after {@link #since}, or null if all rows are read. */
  public @Nullable String least() {
    ColumnWindow window = source.window();
    return window == null ? null : window.from();
  }

  /** Returns the mark for the next {@link #since}, or null if no row has a value. */
  public @Nullable String mark() {
    ColumnWindow window = source.window();
    return window == null ? null : window.mark();
  }

  @Override
  public List<String> remarks() {
    ColumnWindow window = source.window();
    List<String> ofWindow = window == null ? List.of() : window.remarks();
    return Stream.concat(remarks.stream(), ofWindow.stream()).toList();
  }

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
    PostgresRelation read =
        PostgresRelation.of(database, relation, "table " + table, table, keeper);
    List<SourceRange> pages =
        rangeKey == null ? PageRanges.of(read.stored(), maxRanges, relation) : List.of();
    return RetriedTransaction.in(database, "look at table " + table)
        .run(
            connection -> {
              String key =
                  rangeKey == null && pages.isEmpty()
                      ? SelectedColumns.firstKey(connection, relation)
                      : rangeKey;
              return of(read, connection, key, ranges(keeper, maxRanges), pages);
            });
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
    PostgresRelation read =
        PostgresRelation.of(database, relationOf(query), "a query", null, keeper);
    return RetriedTransaction.in(database, "prepare the query")
        .run(connection -> of(read, connection, rangeKey, ranges(keeper, maxRanges), List.of()));
  }

  private static JdbcRows of(
      PostgresRelation read,
      Connection connection,
      @Nullable String key,
      int maxRanges,
      List<SourceRange> pages)
      throws SQLException {
    SelectedColumns columns = SelectedColumns.of(connection, read.relation());
    return new JdbcRows(
        read,
        key,
        maxRanges,
        columns.type(),
        columns.expressions(),
        pages,
        false,
        HiddenRows.remarks(connection, read.relation()));
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
    return copy(
        range.place() + where(source.conditions(range)),
        blockRows,
        RowOrigin.of(describe()),
        source.isRepeatable(range));
  }

  /** Returns whether all attempts at a range read the same rows in the same order. */
  public boolean isRepeatable() {
    return isReadByPages() && pages.stream().allMatch(source::isRepeatable);
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
    return source.conditions();
  }

  @Override
  public void close() {
    Snapshot snapshot = source.snapshot();
    if (snapshot != null) {
      SnapshotSessions.closeIdle(snapshot);
    }
  }

  @Override
  RowBlockReader read(JdbcTarget database, String relation, int blockRows, RowOrigin origin) {
    return copy(relation, blockRows, origin, false);
  }

  /**
   * Reads a relation.
   *
   * @param inOrder whether it is pages of one table, which a snapshot has in one order
   */
  private RowBlockReader copy(String relation, int blockRows, RowOrigin origin, boolean inOrder) {
    String copy =
        "COPY (SELECT %s FROM %s) TO STDOUT (FORMAT binary)"
            .formatted(String.join(", ", expressions), relation);
    CopiedRows copied = source.open(copy, origin.place(), inOrder);
    return tuples
        ? CopyBlocks.ofTuples(copied, expressions.size(), blockRows, origin)
        : new CopyBlocks(copied, blockType(), blockRows, origin);
  }
}
