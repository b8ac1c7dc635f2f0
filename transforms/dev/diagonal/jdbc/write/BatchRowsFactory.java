package dev.diagonal.jdbc.write;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.jdbc.copy.WireColumn;
import dev.diagonal.internal.jdbc.dialect.Dialect;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.RowTriggers;
import dev.diagonal.internal.jdbc.table.TableRights;
import dev.diagonal.internal.jdbc.table.TableRights.Needs;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;

/** Creates empty batches for one database. */
@FunctionalInterface
interface BatchRowsFactory<T> {

  String UNDEFINED_TABLE = "42P01";

  /** Returns an empty batch with capacity hints in rows and bytes. */
  BatchRows<T> empty(int rows, int bytes);

  /** Detects the kind of database and, for PostgreSQL, the types of the columns. */
  static <T> BatchRowsFactory<T> of(Connection connection, JdbcWrite<T> write) throws SQLException {
    if (!connection.isWrapperFor(PGConnection.class)) {
      checkArgument(write.merge() == null, "a merge needs PostgreSQL, got %s", write.database());
      Dialect dialect = Dialect.of(DatabaseKind.of(connection));
      return (rows, bytes) -> new StatementRows<>(write, dialect, rows);
    }
    Table table = write.table();
    FoundTable found = FoundTable.find(connection, table.name());
    if (found == null) {
      throw new SQLException("table " + table.name() + " does not exist", UNDEFINED_TABLE);
    }
    List<WireColumn> columns = WireColumn.of(found, table);
    CopySql sql = new CopySql(write, columns, !found.takesCopy());
    TableRights.require(connection, found, Needs.of(write.mode(), table), sql.isStaged());
    checkArgument(
        write.merge() == null || sql.keysAreEqualByBytes(),
        "a merge needs key columns that compare by bytes, got %s",
        write.table().keyColumns());
    CopySql used = found.showsNewRows() ? sql.distinguishingNew() : sql;
    RowTriggers triggers = RowTriggers.of(table.name());
    return (rows, bytes) -> new CopyRows<>(write, columns, used, triggers, rows, bytes);
  }
}
