package dev.diagonal.internal.jdbc.dialect;

import static dev.diagonal.internal.jdbc.table.PostgresSql.names;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;
import static java.util.stream.Collectors.joining;

import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** SQL:2003 (and JSON of SQL:2016), for databases that are not known better. */
final class StandardSql implements Dialect {

  static final StandardSql INSTANCE = new StandardSql();

  private static final String JSON = "? FORMAT JSON";

  private static final Pattern TEXT_OR_BYTES = Pattern.compile("(?i)^n?(var)?(char|binary)");
  private static final Pattern LENGTH = Pattern.compile(" *\\([^)]*\\)");

  private StandardSql() {}

  @Override
  public String write(WriteMode mode, Table table, int rows) {
    return switch (mode) {
      case INSERT ->
          "INSERT INTO %s (%s) VALUES (%s)"
              .formatted(
                  quoteTable(table.name()),
                  names(table.columns()),
                  table.columns().stream().map(StandardSql::plain).collect(joining(", ")));
      case INSERT_IGNORE -> merge(table) + insert(table);
      case UPSERT -> merge(table) + update(table) + insert(table);
      case UPDATE -> merge(table) + update(table);
      case DELETE ->
          "DELETE FROM %s WHERE %s"
              .formatted(
                  quoteTable(table.name()),
                  table.keyColumns().stream()
                      .map(column -> quote(column.name()) + " = " + plain(column))
                      .collect(joining(" AND ")));
    };
  }

  @Override
  public List<Column> parameters(WriteMode mode, Table table) {
    return mode == WriteMode.DELETE ? table.keyColumns() : table.columns();
  }

  @Override
  public int rowsPerStatement(WriteMode mode, Table table) {
    return 1;
  }

  @Override
  public ColumnValue value(Column column) {
    return value -> value;
  }

  @Override
  public boolean comparesKeysByBytes() {
    return false;
  }

  @Override
  public boolean hasSavepoints() {
    return true;
  }

  @Override
  public ReadColumn read(ResultSetMetaData columns, int index, @Nullable Object first)
      throws SQLException {
    String name = columns.getColumnLabel(index);
    FieldType type = typeOf(columns.getColumnType(index), columns.getColumnTypeName(index));
    return new ReadColumn(new Field(name, type), quote(name));
  }

  @Override
  public ResultValue result(FieldType type) {
    return ResultValues.of(type);
  }

  private static FieldType typeOf(int type, String name) {
    return switch (type) {
      case Types.BIT, Types.BOOLEAN -> FieldType.BOOLEAN;
      case Types.TINYINT, Types.SMALLINT -> FieldType.SMALLINT;
      case Types.INTEGER -> FieldType.INTEGER;
      case Types.BIGINT -> FieldType.BIGINT;
      case Types.REAL -> FieldType.REAL;
      case Types.FLOAT, Types.DOUBLE -> FieldType.DOUBLE;
      case Types.NUMERIC, Types.DECIMAL -> FieldType.DECIMAL;
      case Types.DATE -> FieldType.DATE;
      case Types.TIME -> FieldType.TIME;
      case Types.TIMESTAMP -> FieldType.TIMESTAMP;
      case Types.TIMESTAMP_WITH_TIMEZONE -> FieldType.INSTANT;
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB ->
          name.equalsIgnoreCase("uuid") ? FieldType.UUID : FieldType.BYTES;
      default ->
          name.equalsIgnoreCase("uuid")
              ? FieldType.UUID
              : name.equalsIgnoreCase("json") ? FieldType.JSON : FieldType.TEXT;
    };
  }

  private static String merge(Table table) {
    return "MERGE INTO %s AS stored USING (SELECT %s) AS given ON %s"
        .formatted(
            quoteTable(table.name()),
            table.columns().stream()
                .map(column -> parameter(column) + " AS " + quote(column.name()))
                .collect(joining(", ")),
            table.keyColumns().stream()
                .map(column -> "stored.%1$s = given.%1$s".formatted(quote(column.name())))
                .collect(joining(" AND ")));
  }

  private static String update(Table table) {
    return table.otherColumns().isEmpty()
        ? ""
        : " WHEN MATCHED THEN UPDATE SET "
            + table.otherColumns().stream()
                .map(column -> quote(column.name()) + " = given." + quote(column.name()))
                .collect(joining(", "));
  }

  private static String insert(Table table) {
    return " WHEN NOT MATCHED THEN INSERT (%s) VALUES (%s)"
        .formatted(
            names(table.columns()),
            table.columns().stream()
                .map(column -> "given." + quote(column.name()))
                .collect(joining(", ")));
  }

  private static String plain(Column column) {
    return isJson(column) ? JSON : "?";
  }

  /** Casts a parameter in a select list, where it has no type of its own. */
  private static String parameter(Column column) {
    if (isJson(column)) {
      return JSON;
    }
    String type = column.type();
    // A cast to varchar(3) silently truncates a value that the column would refuse.
    String unlimited =
        TEXT_OR_BYTES.matcher(type).find() ? LENGTH.matcher(type).replaceFirst("") : type;
    return "CAST(? AS " + unlimited + ")";
  }

  private static boolean isJson(Column column) {
    return column.type().toLowerCase(Locale.ROOT).startsWith("json");
  }
}
