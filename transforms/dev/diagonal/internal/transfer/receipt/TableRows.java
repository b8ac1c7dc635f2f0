package dev.diagonal.internal.transfer.receipt;

import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.internal.transfer.source.SnapshotKeeper;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.transfer.mapping.Mapping;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a PostgreSQL table that a transfer writes to, to be read at its end. */
public final class TableRows {

  private static final int RANGES_PER_READER = 4;
  private static final int BLOCK_ROWS = 1_000;

  private final JdbcTarget database;
  private final Table table;
  private final TableState before;
  private @Nullable String differences;

  private TableRows(JdbcTarget database, Table table, TableState before) {
    this.database = database;
    this.table = table;
    this.before = before;
  }

  /**
   * Inspects a table before rows are written to it.
   *
   * @param table the written columns, and the key
   * @param sent the type of the rows
   */
  public static TableRows before(JdbcTarget database, Table table, RowType sent)
      throws SQLException, InterruptedException {
    return new TableRows(database, table, TableState.of(database, table, sent));
  }

  /** Returns why the rows cannot be compared; empty if they can. */
  public List<String> problems() {
    return before.problems();
  }

  /** Returns whether the table had no rows. */
  public boolean wasEmpty() {
    return before.empty();
  }

  /** Returns the columns of the sent rows that are compared. */
  public List<ComparedColumn> columns() {
    return before.columns();
  }

  /** Returns the compared columns, with their positions in the table. */
  private List<ComparedColumn> found(JdbcRows rows) {
    List<ComparedColumn> found = new ArrayList<>();
    for (int i = 0; i < before.columns().size(); i++) {
      int place = rows.declared().indexOf(table.columns().get(i).name());
      found.add(before.columns().get(i).at(place));
    }
    return found;
  }

  /** Reads all rows that the table has now, in one snapshot. */
  public RowSum all(int readers) throws Exception {
    try (SnapshotKeeper keeper = keeper(readers)) {
      JdbcRows rows = rows(keeper, readers);
      return RowSum.of(TypedRows.of(rows, Mapping.NONE, BLOCK_ROWS), readers, found(rows));
    }
  }

  /** Reads the sent rows again, and the table's rows with the same keys. */
  public RowSum byKey(TypedRows sent, int readers) throws Exception {
    try (SnapshotKeeper keeper = keeper(readers)) {
      JdbcRows rows = rows(keeper, readers);
      List<Column> key = table.keyColumns();
      KeyCheck check =
          new KeyCheck(
              rows,
              key,
              before.columns(),
              found(rows),
              key.stream().map(table.columns()::indexOf).toList());
      RowSum sum = check.run(sent, readers);
      differences = check.differences();
      rows.close();
      return sum;
    }
  }

  /** Returns the differences that {@link #byKey} found, or null if it was not called. */
  public @Nullable String differences() {
    return differences;
  }

  private SnapshotKeeper keeper(int readers) throws SQLException, InterruptedException {
    return SnapshotKeeper.open(database, List.of(JdbcRows.tableSource(table.name())), readers);
  }

  private JdbcRows rows(SnapshotKeeper keeper, int readers)
      throws SQLException, InterruptedException {
    return JdbcRows.ofTable(database, table.name(), null, readers * RANGES_PER_READER, keeper);
  }
}
