package dev.diagonal.internal.jdbc.dialect;

import static dev.diagonal.internal.jdbc.dialect.StoredText.refused;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;

import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.ExactFloat;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.ValueParser;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * SQLite, whose columns hold values of any type. The declared type of a column decides what it may
 * hold, and its affinity which values SQLite would change.
 */
final class Sqlite extends StoreDialect {

  private static final Pattern NUMBER =
      Pattern.compile("\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*");

  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

  @Override
  String columnsSql() {
    return """
        SELECT c.name, c.type, c."notnull" OR c.pk > 0, c.hidden IN (2, 3)
        FROM (SELECT ? AS s, ? AS n) AS given, pragma_table_xinfo(given.n, coalesce(given.s, 'main')) AS c
        WHERE c.hidden <> 1 ORDER BY c.cid""";
  }

  @Override
  String keysSql() {
    return """
        WITH given AS (SELECT ? AS s, ? AS n)
        SELECT 'primary key', c.name
        FROM given, pragma_table_info(given.n, coalesce(given.s, 'main')) AS c WHERE c.pk > 0
        UNION ALL
        SELECT i.name, coalesce(c.name, '')
        FROM given, pragma_index_list(given.n, coalesce(given.s, 'main')) AS i,
          pragma_index_info(i.name, coalesce(given.s, 'main')) AS c
        WHERE i."unique" AND i.partial = 0""";
  }

  /**
   * What SQLite does to values of a column: see "Determination Of Column Affinity" in its manual.
   */
  private enum Affinity {
    INTEGER,
    TEXT,
    BLOB,
    REAL,
    NUMERIC;

    static Affinity of(DeclaredType type) {
      String name = type.name();
      if (name.contains("int")) {
        return INTEGER;
      } else if (name.contains("char") || name.contains("clob") || name.contains("text")) {
        return TEXT;
      } else if (name.isEmpty() || name.contains("blob")) {
        return BLOB;
      }
      return name.contains("real") || name.contains("floa") || name.contains("doub")
          ? REAL
          : NUMERIC;
    }
  }

  @Override
  @Nullable String problem(DeclaredType type) {
    return type.name().isEmpty() || type.name().equals("any")
        ? "a column without a type stores 5 and '5' as different values"
        : null;
  }

  @Override
  String problemSql() {
    return """
        SELECT 'a constraint of it has ON CONFLICT ' || word || ', which drops or rolls back other rows'
        FROM (SELECT ? AS s, ? AS n) AS given, main.sqlite_schema AS t,
          (SELECT 'IGNORE' AS word UNION ALL SELECT 'REPLACE' UNION ALL SELECT 'ROLLBACK') AS w
        WHERE t.type = 'table' AND t.name = given.n COLLATE NOCASE
          AND replace(replace(replace(replace(t.sql, char(9), ''), char(10), ''), char(13), ''), ' ', '')
            LIKE '%onconflict' || word || '%'""";
  }

  @Override
  NamedType typeOf(DeclaredType type) {
    String name = type.name().replaceFirst("^text ", "");
    return switch (name) {
      case "boolean", "bool" -> new NamedType(FieldType.BOOLEAN, null);
      case "smallint", "int2" -> new NamedType(FieldType.SMALLINT, null);
      case "int4" -> new NamedType(FieldType.INTEGER, null);
      case "float4" -> new NamedType(FieldType.REAL, null);
      case "decimal", "numeric" -> type.decimal(0, 0);
      case "date" -> new NamedType(FieldType.DATE, null);
      case "time" -> new NamedType(FieldType.TIME, null);
      case "timestamp", "datetime" -> new NamedType(FieldType.TIMESTAMP, null);
      case "timestamptz" -> new NamedType(FieldType.INSTANT, null);
      case "uuid" -> new NamedType(FieldType.UUID, null);
      case "json" -> new NamedType(FieldType.JSON, null);
      default ->
          switch (Affinity.of(type)) {
            case INTEGER -> new NamedType(FieldType.BIGINT, null);
            case REAL -> new NamedType(FieldType.DOUBLE, null);
            case BLOB -> name.isEmpty() ? NamedType.TEXT : new NamedType(FieldType.BYTES, null);
            case TEXT, NUMERIC -> NamedType.TEXT;
          };
    };
  }

  /** The first word keeps SQLite from making a number of a text. */
  @Override
  String created(Field field, int textKeys) {
    return switch (field.type()) {
      case BOOLEAN -> "BOOLEAN";
      case SMALLINT -> "SMALLINT";
      case INTEGER -> "INT4";
      case BIGINT -> "BIGINT";
      case REAL -> "FLOAT4";
      case DOUBLE -> "DOUBLE";
      case DECIMAL -> "TEXT DECIMAL" + (field.size() == null ? "" : field.size());
      case TEXT -> "TEXT";
      case BYTES -> "BLOB";
      case DATE -> "TEXT DATE";
      case TIME -> "TEXT TIME";
      case TIMESTAMP -> "TEXT TIMESTAMP";
      case INSTANT -> "TEXT TIMESTAMPTZ";
      case UUID -> "TEXT UUID";
      case JSON -> "TEXT JSON";
    };
  }

  @Override
  String onConflict(WriteMode mode, Table table) {
    return onConflictOfKey(mode, table);
  }

  @Override
  public int rowsPerStatement(WriteMode mode, Table table) {
    return 1;
  }

  @Override
  public boolean comparesKeysByBytes() {
    return false; // the collation decides
  }

  @Override
  public boolean hasSavepoints() {
    return true;
  }

  @Override
  ColumnValue value(String column, DeclaredType type) {
    Affinity affinity = Affinity.of(type);
    boolean keepsText = affinity == Affinity.TEXT || affinity == Affinity.BLOB;
    NamedType its = typeOf(type);
    return value -> {
      if (value instanceof Double number && number.isNaN()) {
        throw refused(column, value, "would become null");
      } else if (value instanceof Boolean truth) {
        return truth ? 1 : 0;
      } else if (value instanceof BigDecimal number) {
        StoredText.requireDigits(column, number, its.size());
        return !keepsText
            ? number(column, number)
            : its.type() == FieldType.DECIMAL ? text(number, its.size()) : number.toPlainString();
      }
      Object stored = StoredText.of(column, value, "+00:00", 9);
      if (!keepsText && stored instanceof String text && NUMBER.matcher(text).matches()) {
        throw refused(
            column, text, "would become a number, since the column is %s".formatted(type.name()));
      }
      return stored;
    };
  }

  /** Returns the one text of a number, so that equal keys are equal texts. */
  private static String text(BigDecimal number, @Nullable DecimalSize size) {
    if (size != null) {
      return number.setScale(size.scale(), RoundingMode.UNNECESSARY).toPlainString();
    }
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }

  /** Returns the number that SQLite stores for a decimal, if that is the same. */
  private static Object number(String column, BigDecimal decimal) {
    BigDecimal plain = decimal.stripTrailingZeros();
    if (plain.scale() <= 0) {
      BigInteger whole = plain.toBigInteger();
      if (whole.compareTo(LEAST) >= 0 && whole.compareTo(MOST) <= 0) {
        return whole.longValueExact();
      }
    }
    double nearest = decimal.doubleValue();
    if (!ExactFloat.isShownAs(nearest, FieldType.DOUBLE, decimal)) {
      throw refused(
          column,
          decimal,
          "has more digits than the 8-byte float that SQLite stores in a numeric column; a column of type TEXT keeps all");
    }
    return nearest;
  }

  @Override
  public ReadColumn read(ResultSetMetaData columns, int index, @Nullable Object first)
      throws SQLException {
    String name = columns.getColumnLabel(index);
    String type = columns.getColumnTypeName(index);
    boolean isExpression = isEmpty(columns.getTableName(index)) || isEmpty(type);
    FieldType its = isExpression ? typeOf(first) : typeOf(DeclaredType.of(type)).type();
    return new ReadColumn(new Field(name, its), quote(name));
  }

  private static boolean isEmpty(@Nullable String text) {
    return text == null || text.isEmpty();
  }

  private static FieldType typeOf(@Nullable Object value) {
    if (value instanceof Double) {
      return FieldType.DOUBLE;
    } else if (value instanceof Number) {
      return FieldType.BIGINT;
    }
    return value instanceof byte[] ? FieldType.BYTES : FieldType.TEXT;
  }

  /** Values of expressions have no declared type. */
  @Override
  public String sample() {
    return " LIMIT 1";
  }

  /** Goes by the class of each value, whatever its column is declared as. */
  @Override
  public ResultValue result(FieldType type) {
    ValueParser parser = new ValueParser();
    return (rows, at, block, column) ->
        set(ResultValues.checked(rows, at, parser), type, parser, block, column);
  }

  private static boolean set(
      @Nullable Object value, FieldType type, ValueParser parser, RowBlock block, int column)
      throws BadValueException {
    if (value == null) {
      return false;
    }
    boolean isNumber = value instanceof Number;
    if (type == FieldType.BYTES && value instanceof byte[] bytes) {
      block.setBytes(column, bytes, 0, bytes.length);
      return true;
    } else if ((type == FieldType.DOUBLE || type == FieldType.REAL) && isNumber) {
      double wide =
          value instanceof Double number
              ? number
              : ExactFloat.of(((Number) value).longValue(), type);
      block.setDouble(column, type == FieldType.REAL ? ExactFloat.real(wide) : wide);
      return true;
    }
    boolean isText = value instanceof String;
    boolean fits =
        switch (type) {
          case BYTES, REAL, DOUBLE -> false;
          case SMALLINT, INTEGER, BIGINT -> isNumber && !(value instanceof Double);
          case DECIMAL -> isText || (isNumber && Double.isFinite(((Number) value).doubleValue()));
          case BOOLEAN, TEXT, JSON -> isText || isNumber;
          case DATE, TIME, TIMESTAMP, INSTANT, UUID -> isText;
        };
    if (!fits) {
      throw new BadValueException(
          "the value is %s, but its column holds %s"
              .formatted(
                  value instanceof byte[] bytes
                      ? "a blob of " + bytes.length + " bytes"
                      : isNumber ? "the number " + value : "a text",
                  type.lowerName()));
    }
    return ResultValues.parse(
        parser,
        value instanceof Double number && type == FieldType.DECIMAL
            ? new BigDecimal(number.toString()).toPlainString()
            : value.toString(),
        block,
        column);
  }
}
