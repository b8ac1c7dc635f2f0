package dev.diagonal.internal.transfer.receipt;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.rows.RowType;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.source.JdbcRows;
import dev.diagonal.transfer.source.SnapshotKeeper;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a PostgreSQL table that a transfer writes to, to be read when it is over. */
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
   * Looks at a table before rows are written to it.
   *
   * @param table the columns that are written, and the key
   * @param sent what the rows have
   */
  public static TableRows before(JdbcTarget database, Table table, RowType sent)
      throws SQLException, InterruptedException {
    return new TableRows(database, table, TableState.of(database, table, sent));
  }

  /** Returns why the rows cannot be compared; nothing if they can. */
  public List<String> problems() {
    return before.problems();
  }

  /** Whether the table had no rows. */
  public boolean wasEmpty() {
    return before.empty();
  }

  /** Returns what is compared of the rows that are sent. */
  public List<ComparedColumn> columns() {
    return before.columns();
  }

  /** Returns the columns that are compared, at their places in the table. */
  private List<ComparedColumn> found(JdbcRows rows) {
    List<ComparedColumn> found = new ArrayList<>();
    for (int i = 0; i < before.columns().size(); i++) {
      int place = rows.declared().indexOf(table.columns().get(i).name());
      found.add(before.columns().get(i).at(place));
    }
    return found;
  }

  /** Reads all rows that the table has now, at one moment. */
  public RowSum all(int readers) throws Exception {
    try (SnapshotKeeper keeper = keeper(readers)) {
      JdbcRows rows = rows(keeper, readers);
      return RowSum.of(TypedRows.of(rows, Mapping.NONE, BLOCK_ROWS), readers, found(rows));
    }
  }

  /** Reads the rows that were sent again, and those that the table has for their keys. */
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

  /** Returns what {@link #byKey} found to be different, or null if it was not asked. */
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
