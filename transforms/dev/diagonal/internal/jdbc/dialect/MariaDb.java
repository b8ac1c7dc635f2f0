package dev.diagonal.internal.jdbc.dialect;

import static dev.diagonal.internal.jdbc.dialect.StoredText.refused;
import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.ValueParser;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.math.BigDecimal;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * MariaDB, with the session that {@code DatabaseKind} prepares: strict, in UTC, with ANSI quotes.
 */
final class MariaDb extends StoreDialect {

  private static final DecimalSize LARGEST = new DecimalSize(65, 30);
  private static final DecimalSize UNSIGNED_BIGINT = new DecimalSize(20, 0);
  private static final int MAX_SCALE = 38;

  /** The length of an index entry of InnoDB, in characters of four bytes. */
  private static final int KEY_CHARACTERS = 768;

  private static final int FIRST_YEAR = 1901;

  private static final Set<Integer> BYTES =
      Set.of(Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY);

  /** The bytes of texts whose further spaces are cut without an error. */
  private static final Map<String, Integer> SHORT_TEXTS =
      Map.of("tinytext", 0xff, "text", 0xffff, "mediumtext", 0xffffff);

  @Override
  String columnsSql() {
    return """
        SELECT column_name, column_type, is_nullable = 'NO', extra LIKE '%GENERATED%'
        FROM information_schema.columns
        WHERE table_schema = coalesce(?, database()) AND table_name = ? ORDER BY ordinal_position""";
  }

  @Override
  String keysSql() {
    return """
        SELECT index_name, concat(column_name, coalesce(concat('(', sub_part, ')'), ''))
        FROM information_schema.statistics
        WHERE table_schema = coalesce(?, database()) AND table_name = ? AND non_unique = 0
        ORDER BY index_name, seq_in_index""";
  }

  @Override
  String problemSql() {
    return """
        SELECT problem FROM (
          SELECT CASE WHEN t.table_type <> 'BASE TABLE' THEN concat('it is a ', lower(t.table_type))
            WHEN coalesce(e.transactions, 'NO') <> 'YES' THEN
              concat('its engine ', t.engine, ' has no transactions: ALTER TABLE it to ENGINE = InnoDB')
            END AS problem
          FROM information_schema.tables AS t
          LEFT JOIN information_schema.engines AS e ON e.engine = t.engine
          WHERE t.table_schema = coalesce(?, database()) AND t.table_name = ?) AS found
        WHERE problem IS NOT NULL""";
  }

  @Override
  @Nullable String problem(DeclaredType type) {
    if (type.name().equals("enum") || type.name().equals("set")) {
      return "an " + type.name() + " may store another text than the one that is sent";
    }
    boolean rounds = Set.of("float", "double").contains(type.name()) && !type.numbers().isEmpty();
    return rounds ? "a %s with a number of digits rounds".formatted(type.name()) : null;
  }

  @Override
  NamedType typeOf(DeclaredType type) {
    boolean unsigned = type.isUnsigned();
    FieldType word =
        switch (type.name()) {
          case "tinyint" ->
              type.number(0, 0) == 1 && !unsigned ? FieldType.BOOLEAN : FieldType.SMALLINT;
          case "boolean" -> FieldType.BOOLEAN;
          case "bit" -> type.number(0, 1) == 1 ? FieldType.BOOLEAN : FieldType.BYTES;
          case "smallint" -> unsigned ? FieldType.INTEGER : FieldType.SMALLINT;
          case "mediumint" -> FieldType.INTEGER;
          case "int", "integer" -> unsigned ? FieldType.BIGINT : FieldType.INTEGER;
          case "bigint" -> unsigned ? FieldType.DECIMAL : FieldType.BIGINT;
          case "year" -> FieldType.SMALLINT;
          case "float" -> FieldType.REAL;
          case "double" -> FieldType.DOUBLE;
          case "decimal", "numeric" -> FieldType.DECIMAL;
          case "date" -> FieldType.DATE;
          case "time" -> FieldType.TIME;
          case "datetime" -> FieldType.TIMESTAMP;
          case "timestamp" -> FieldType.INSTANT;
          case "uuid" -> FieldType.UUID;
          case "json" -> FieldType.JSON;
          case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob" ->
              FieldType.BYTES;
          default -> FieldType.TEXT;
        };
    if (word != FieldType.DECIMAL) {
      return new NamedType(word, null);
    }
    return type.name().equals("bigint")
        ? new NamedType(word, UNSIGNED_BIGINT)
        : type.decimal(10, 0);
  }

  @Override
  String created(Field field, int textKeys) {
    String length = "(" + (textKeys == 0 ? 0 : Math.min(255, KEY_CHARACTERS / textKeys)) + ")";
    return switch (field.type()) {
      case BOOLEAN -> "boolean";
      case SMALLINT -> "smallint";
      case INTEGER -> "int";
      case BIGINT -> "bigint";
      case REAL -> "float";
      case DOUBLE -> "double";
      case DECIMAL -> {
        DecimalSize size = field.size() == null ? LARGEST : field.size();
        if (size.precision() > LARGEST.precision() || size.scale() > MAX_SCALE) {
          throw new IllegalArgumentException(
              "column %s would be decimal%s, but MariaDB has at most 65 digits, 38 of them after the point"
                  .formatted(field.name(), size));
        }
        yield "decimal" + size;
      }
      case TEXT -> textKeys == 0 ? "longtext" : "varchar" + length;
      case BYTES -> textKeys == 0 ? "longblob" : "varbinary" + length;
      case DATE -> "date";
      case TIME -> "time(6)";
      case TIMESTAMP -> "datetime(6)";
      case INSTANT -> "timestamp(6)";
      case UUID -> "uuid";
      case JSON -> "json";
    };
  }

  /**
   * Compares texts by their bytes: by default, {@code 'a'}, {@code 'A'} and {@code 'a '} are equal.
   */
  @Override
  String options() {
    return " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin";
  }

  @Override
  public boolean upsertsByAnyKey() {
    return true;
  }

  @Override
  String onConflict(WriteMode mode, Table table) {
    List<Column> set =
        mode == WriteMode.INSERT_IGNORE || table.otherColumns().isEmpty()
            ? List.of()
            : table.otherColumns();
    // INSERT IGNORE would also ignore values that do not fit, and store others.
    String none = quote(table.keyColumns().get(0).name());
    return "ON DUPLICATE KEY UPDATE "
        + (set.isEmpty()
            ? none + " = " + none
            : set.stream()
                .map(column -> "%1$s = VALUES(%1$s)".formatted(quote(column.name())))
                .collect(joining(", ")));
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
    DecimalSize size = typeOf(type).size();
    boolean isText = type.name().equals("char") || type.name().equals("varchar");
    int length = isText ? type.number(0, 1) : Integer.MAX_VALUE;
    boolean isPadded = type.name().equals("char");
    int bytesOfText = SHORT_TEXTS.getOrDefault(type.name(), Integer.MAX_VALUE);
    int bytesOfAll = bytes(type);
    boolean isYear = type.name().equals("year");
    return value -> {
      StoredText.requireFinite(column, value, "MariaDB");
      if (value instanceof BigDecimal number) {
        StoredText.requireDigits(column, number, size);
      } else if (value instanceof String text && text.codePointCount(0, text.length()) > length) {
        throw refused(column, text, "has more than %s characters".formatted(length));
      } else if (value instanceof String text && text.endsWith(" ")) {
        if (isPadded || text.getBytes(UTF_8).length > bytesOfText) {
          throw refused(
              column, text, "ends with spaces, which a column %s drops".formatted(type.name()));
        }
      } else if (bytesOfAll > 0 && value instanceof byte[] bytes && bytes.length != bytesOfAll) {
        throw new IllegalArgumentException(
            "column %s: %s bytes would be padded with zeros to %s"
                .formatted(column, bytes.length, bytesOfAll));
      } else if (isYear && value instanceof Number year && year.intValue() < FIRST_YEAR) {
        throw refused(column, year, "is not a year from 1901 to 2155");
      }
      return StoredText.of(column, value, "", type.number(0, 0));
    };
  }

  /** Returns how many bytes each value of a column has; 0 if they differ. */
  private static int bytes(DeclaredType type) {
    return switch (type.name()) {
      case "binary" -> type.number(0, 1);
      case "bit" -> (type.number(0, 1) + 7) / 8;
      default -> 0;
    };
  }

  @Override
  public ReadColumn read(ResultSetMetaData columns, int index, @Nullable Object first)
      throws SQLException {
    String name = columns.getColumnLabel(index);
    int jdbc = columns.getColumnType(index);
    DeclaredType named = DeclaredType.of(columns.getColumnTypeName(index));
    // The driver has made a truth of tinyint(1), unless the URL has tinyInt1isBit=false.
    boolean isBits = named.name().equals("bit");
    boolean isTruth = (jdbc == Types.BIT || jdbc == Types.BOOLEAN) && !isBits;
    boolean isDecimal = jdbc == Types.DECIMAL || jdbc == Types.NUMERIC;
    DeclaredType type =
        new DeclaredType(
            isTruth ? "boolean" : named.name(),
            isDecimal
                ? List.of(columns.getPrecision(index), columns.getScale(index))
                : isBits ? List.of(columns.getPrecision(index)) : List.of(),
            named.isUnsigned() || !columns.isSigned(index));
    NamedType its = typeOf(type);
    if (its.type() == FieldType.TEXT && BYTES.contains(jdbc)) {
      its = new NamedType(FieldType.BYTES, null); // such as a point
    }
    String expression =
        switch (its.type()) {
          // The server sends a float with six digits only.
          case REAL -> "CAST(%s AS double)".formatted(quote(name));
          // The driver would convert it to the zone of this process, with another fraction.
          case DATE, TIME, TIMESTAMP, INSTANT -> "CAST(%s AS char)".formatted(quote(name));
          default -> quote(name);
        };
    return new ReadColumn(new Field(name, its.type(), its.size()), expression);
  }

  @Override
  public ResultValue result(FieldType type) {
    return switch (type) {
      case BOOLEAN ->
          (rows, at, block, column) -> {
            long value = rows.getLong(at);
            if (value != 0 && value != 1) {
              throw new BadValueException(
                  "'%s' in a column tinyint(1) is neither 0 nor 1; to read numbers, add tinyInt1isBit=false to the URL"
                      .formatted(value));
            }
            block.setWord(column, value);
            return !rows.wasNull();
          };
      case REAL ->
          (rows, at, block, column) -> {
            block.setDouble(column, (float) rows.getDouble(at));
            return !rows.wasNull();
          };
      case DATE, TIME, TIMESTAMP -> ResultValues.parsed();
      case INSTANT -> {
        ValueParser parser = new ValueParser();
        yield (rows, at, block, column) -> {
          String text = rows.getString(at); // the session is in UTC
          return text != null && ResultValues.parse(parser, text + "+00:00", block, column);
        };
      }
      default -> ResultValues.of(type);
    };
  }
}
