package dev.diagonal.internal.jdbc.dialect;

import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.rows.FieldType;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and writes rows of a database other than PostgreSQL through its driver. */
public interface Dialect {

  /** Returns the dialect of a kind of database; standard SQL for unknown ones. */
  static Dialect of(DatabaseKind kind) {
    return switch (kind) {
      case MARIADB, SQLITE, DUCKDB -> StoreDialect.of(kind);
      case POSTGRES, OTHER -> StandardSql.INSTANCE;
    };
  }

  /**
   * Returns the statement that writes rows.
   *
   * @param rows how many rows, at most {@link #rowsPerStatement}
   */
  String write(WriteMode mode, Table table, int rows);

  /** Returns the columns whose values are the parameters of a row, in order. */
  List<Column> parameters(WriteMode mode, Table table);

  /** Returns how many rows a statement may write; 1 if rows are sent as a JDBC batch. */
  int rowsPerStatement(WriteMode mode, Table table);

  /** Returns what prepares the values of a column for the driver. */
  ColumnValue value(Column column);

  /**
   * Returns whether keys are equal only if their bytes are; a batch then has one row per key if the
   * last one wins.
   */
  boolean comparesKeysByBytes();

  /** Returns whether a transaction can continue after one of its statements has failed. */
  boolean hasSavepoints();

  /** Returns the end of a select that is run only to inspect its columns. */
  default String sample() {
    return " WHERE 1 = 0";
  }

  /**
   * Returns the type of a column of a result, and what selects it.
   *
   * @param first the value of the sample's first row, if it has one
   */
  ReadColumn read(ResultSetMetaData columns, int index, @Nullable Object first) throws SQLException;

  /** Returns what reads the values of a type. */
  ResultValue result(FieldType type);
}
