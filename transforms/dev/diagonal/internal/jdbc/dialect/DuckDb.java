package dev.diagonal.internal.jdbc.dialect;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;

import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** DuckDB, in whose transactions nothing can follow a statement that failed. */
final class DuckDb extends StoreDialect {

  private static final DecimalSize LARGEST = new DecimalSize(38, 12);
  private static final int MAX_PRECISION = 38;

  /** 250 rows of four columns: a statement of one row takes 27 times as long per row (measured). */
  private static final int PARAMETERS = 1_000;

  @Override
  String columnsSql() {
    return """
        SELECT column_name, data_type, NOT is_nullable, false FROM duckdb_columns()
        WHERE database_name = current_database()
          AND schema_name = coalesce(?, current_schema()) AND table_name = ?
        ORDER BY column_index""";
  }

  @Override
  String keysSql() {
    return """
        SELECT constraint_text, unnest(constraint_column_names) FROM duckdb_constraints()
        WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE') AND database_name = current_database()
          AND schema_name = coalesce(?, current_schema()) AND table_name = ?""";
  }

  @Override
  NamedType typeOf(DeclaredType type) {
    FieldType word =
        switch (type.name()) {
          case "boolean" -> FieldType.BOOLEAN;
          case "tinyint", "utinyint", "smallint" -> FieldType.SMALLINT;
          case "usmallint", "integer" -> FieldType.INTEGER;
          case "uinteger", "bigint" -> FieldType.BIGINT;
          case "ubigint", "hugeint", "uhugeint", "decimal" -> FieldType.DECIMAL;
          case "float", "real" -> FieldType.REAL;
          case "double" -> FieldType.DOUBLE;
          case "blob" -> FieldType.BYTES;
          case "date" -> FieldType.DATE;
          case "time" -> FieldType.TIME;
          case "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns" -> FieldType.TIMESTAMP;
          case "timestamp with time zone" -> FieldType.INSTANT;
          case "uuid" -> FieldType.UUID;
          case "json" -> FieldType.JSON;
          default -> FieldType.TEXT;
        };
    if (word != FieldType.DECIMAL) {
      return new NamedType(word, null);
    }
    return switch (type.name()) {
      case "ubigint" -> new NamedType(word, new DecimalSize(20, 0));
      case "hugeint", "uhugeint" -> new NamedType(word, new DecimalSize(MAX_PRECISION + 1, 0));
      default -> type.decimal(18, 3);
    };
  }

  @Override
  String created(Field field, int textKeys) {
    return switch (field.type()) {
      case BOOLEAN -> "BOOLEAN";
      case SMALLINT -> "SMALLINT";
      case INTEGER -> "INTEGER";
      case BIGINT -> "BIGINT";
      case REAL -> "FLOAT";
      case DOUBLE -> "DOUBLE";
      case DECIMAL -> {
        DecimalSize size = field.size() == null ? LARGEST : field.size();
        if (size.precision() > MAX_PRECISION) {
          throw new IllegalArgumentException(
              "column %s would be decimal%s, but DuckDB has at most 38 digits"
                  .formatted(field.name(), size));
        }
        yield "DECIMAL" + size;
      }
      case TEXT -> "VARCHAR";
      case BYTES -> "BLOB";
      case DATE -> "DATE";
      case TIME -> "TIME";
      case TIMESTAMP -> "TIMESTAMP";
      case INSTANT -> "TIMESTAMP WITH TIME ZONE";
      case UUID -> "UUID";
      case JSON -> "JSON";
    };
  }

  @Override
  String onConflict(WriteMode mode, Table table) {
    return onConflictOfKey(mode, table);
  }

  @Override
  public int rowsPerStatement(WriteMode mode, Table table) {
    return mode == WriteMode.UPDATE || mode == WriteMode.DELETE
        ? 1
        : Math.max(1, PARAMETERS / table.columns().size());
  }

  /** A statement may update a row once only. */
  @Override
  public boolean comparesKeysByBytes() {
    return true;
  }

  @Override
  public boolean hasSavepoints() {
    return false;
  }

  @Override
  ColumnValue value(String column, DeclaredType type) {
    DecimalSize size = typeOf(type).size();
    int fraction =
        switch (type.name()) {
          case "timestamp_s" -> 0;
          case "timestamp_ms" -> 3;
          default -> 6;
        };
    return value -> {
      if (value instanceof BigDecimal number) {
        StoredText.requireDigits(column, number, size);
      }
      return StoredText.of(column, value, "+00", fraction);
    };
  }

  @Override
  public ReadColumn read(ResultSetMetaData columns, int index, @Nullable Object first)
      throws SQLException {
    String name = columns.getColumnLabel(index);
    DeclaredType named = DeclaredType.of(columns.getColumnTypeName(index));
    NamedType its =
        typeOf(
            named.name().equals("decimal")
                ? new DeclaredType(
                    named.name(),
                    List.of(columns.getPrecision(index), columns.getScale(index)),
                    false)
                : named);
    boolean isText =
        its.type() == FieldType.TEXT || its.type() == FieldType.DECIMAL || its.type().isTime();
    return new ReadColumn(
        new Field(name, its.type(), its.size()),
        isText && !named.name().equals("varchar")
            ? "CAST(%s AS varchar)".formatted(quote(name))
            : quote(name));
  }

  @Override
  public ResultValue result(FieldType type) {
    return switch (type) {
      case DATE, TIME, TIMESTAMP, INSTANT, DECIMAL -> ResultValues.parsed();
      default -> ResultValues.of(type);
    };
  }
}
