package dev.diagonal.internal.jdbc.dialect;

import static dev.diagonal.internal.jdbc.table.PostgresSql.names;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;
import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A database that transfers create and fill tables in: MariaDB, SQLite or DuckDB. */
public abstract class StoreDialect implements Dialect {

  /**
   * Returns the dialect of a kind of database.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static StoreDialect of(DatabaseKind kind) {
    return switch (kind) {
      case MARIADB -> new MariaDb();
      case SQLITE -> new Sqlite();
      case DUCKDB -> new DuckDb();
      case POSTGRES, OTHER -> throw new IllegalArgumentException("no dialect for " + kind.title());
    };
  }

  /**
   * Returns the query for the columns of a table: name, type, whether it refuses null, and whether
   * it is generated. Its parameters are the schema of the table, or null, and its name.
   */
  abstract String columnsSql();

  /**
   * Returns the query for the columns of a table's unique keys, with the same parameters: the name
   * of the key, and the column.
   */
  abstract String keysSql();

  /**
   * Returns a query, with the same parameters, whose row says why a table cannot be written; it has
   * no row if the table can be. Null if every table can be written.
   */
  @Nullable String problemSql() {
    return null;
  }

  /** Returns why values cannot be stored unchanged in a column of a type, or null. */
  @Nullable String problem(DeclaredType type) {
    return null;
  }

  /** Returns why values cannot be stored unchanged in a column, or null. */
  public final @Nullable String problem(StoredColumn column) {
    return problem(DeclaredType.of(column.type()));
  }

  /** Returns the type of a column; text if it has no counterpart, which the database parses. */
  abstract NamedType typeOf(DeclaredType type);

  /** Returns the type of a column; text if it has no counterpart, which the database parses. */
  public final NamedType typeOf(StoredColumn column) {
    return typeOf(DeclaredType.of(column.type()));
  }

  /**
   * Returns the type of a column that is created.
   *
   * @param textKeys how many columns of the key hold text or bytes, if the column is one of them
   * @throws IllegalArgumentException if the database has no type that holds all values
   */
  abstract String created(Field field, int textKeys);

  /** Returns what follows the columns of a table that is created. */
  String options() {
    return "";
  }

  /** Returns whether an upsert updates a row that has the values of any unique key. */
  public boolean upsertsByAnyKey() {
    return false;
  }

  /** Returns what prepares values that are not null. */
  abstract ColumnValue value(String column, DeclaredType type);

  /** Returns the end of an insert that ignores or replaces rows of the same key. */
  abstract String onConflict(WriteMode mode, Table table);

  /** Returns the columns of a table that is created for rows. */
  public final List<Column> created(List<Field> fields, List<String> key) {
    int textKeys =
        (int)
            fields.stream()
                .filter(field -> key.contains(field.name()) && isLong(field.type()))
                .count();
    return fields.stream()
        .map(
            field -> {
              boolean isKey = key.contains(field.name());
              String type = created(field, isKey ? Math.max(1, textKeys) : 0);
              // MariaDB may give a timestamp that is not said to be nullable the current time.
              return new Column(field.name(), type, isKey ? "NOT NULL" : "NULL", isKey);
            })
        .toList();
  }

  private static boolean isLong(FieldType type) {
    return type == FieldType.TEXT || type == FieldType.BYTES || type == FieldType.JSON;
  }

  /** Returns the statement that creates a table unless it exists. */
  public final String create(Table table) {
    return "CREATE TABLE IF NOT EXISTS %s (%s%s)%s"
        .formatted(
            quoteTable(table.name()),
            table.columns().stream()
                .map(column -> quote(column.name()) + " " + column.definition())
                .collect(joining(", ")),
            table.keyColumns().isEmpty() ? "" : ", PRIMARY KEY (" + names(table.keyColumns()) + ")",
            options());
  }

  @Override
  public final ColumnValue value(Column column) {
    ColumnValue prepared = value(column.name(), DeclaredType.of(column.type()));
    boolean notNull = column.constraints().startsWith("NOT NULL");
    return value -> {
      if (value == null && notNull) {
        throw new IllegalArgumentException("column " + column.name() + " must not be null");
      }
      return value == null ? null : prepared.of(value);
    };
  }

  @Override
  public final String write(WriteMode mode, Table table, int rows) {
    String name = quoteTable(table.name());
    return switch (mode) {
      case INSERT, INSERT_IGNORE, UPSERT -> {
        String row =
            "(" + String.join(", ", Collections.nCopies(table.columns().size(), "?")) + ")";
        yield "INSERT INTO %s (%s) VALUES %s%s"
            .formatted(
                name,
                names(table.columns()),
                String.join(", ", Collections.nCopies(rows, row)),
                mode == WriteMode.INSERT ? "" : " " + onConflict(mode, table));
      }
      case UPDATE ->
          "UPDATE %s SET %s WHERE %s"
              .formatted(
                  name,
                  table.otherColumns().stream()
                      .map(column -> quote(column.name()) + " = ?")
                      .collect(joining(", ")),
                  sameKey(table));
      case DELETE -> "DELETE FROM %s WHERE %s".formatted(name, sameKey(table));
    };
  }

  private static String sameKey(Table table) {
    return table.keyColumns().stream()
        .map(column -> quote(column.name()) + " = ?")
        .collect(joining(" AND "));
  }

  @Override
  public final List<Column> parameters(WriteMode mode, Table table) {
    return switch (mode) {
      case INSERT, INSERT_IGNORE, UPSERT -> table.columns();
      case UPDATE ->
          Stream.concat(table.otherColumns().stream(), table.keyColumns().stream()).toList();
      case DELETE -> table.keyColumns();
    };
  }

  /** Returns the words of SQLite and DuckDB. */
  static String onConflictOfKey(WriteMode mode, Table table) {
    return "ON CONFLICT (%s) DO %s"
        .formatted(
            names(table.keyColumns()),
            mode == WriteMode.INSERT_IGNORE || table.otherColumns().isEmpty()
                ? "NOTHING"
                : "UPDATE SET "
                    + table.otherColumns().stream()
                        .map(column -> "%1$s = excluded.%1$s".formatted(quote(column.name())))
                        .collect(joining(", ")));
  }
}
