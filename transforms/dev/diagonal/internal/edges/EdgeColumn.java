package dev.diagonal.internal.edges;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An additional column of edges.
 *
 * @param name its name in the header, or its position from 1
 * @param type its type; null for the type of the existing table's column, or text if there is none
 * @param summed whether it is summed at both ends
 */
public record EdgeColumn(String name, @Nullable NamedType type, boolean summed)
    implements Serializable {

  /**
   * @throws IllegalArgumentException if it is summed and its type is not a whole number or a
   *     decimal
   */
  public EdgeColumn {
    checkArgument(
        !summed || (type != null && (type.type().isWhole() || type.type() == FieldType.DECIMAL)),
        "column '%s' is summed, so its type must be smallint, integer, bigint or decimal, got %s",
        name,
        type == null ? "none" : type.type().lowerName());
  }

  /** Returns a column of text. */
  public static EdgeColumn text(String name) {
    return new EdgeColumn(name, null, false);
  }

  /**
   * Parses {@code weight:double,kind}: names, each with an optional type. If a type follows, the
   * name may contain colons.
   *
   * @throws IllegalArgumentException if a type is unknown
   */
  public static List<EdgeColumn> listOf(String text) {
    return Columns.split(text).stream().map(EdgeColumn::of).toList();
  }

  private static EdgeColumn of(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return text(text.strip());
    }
    String name = text.substring(0, colon).strip();
    try {
      return new EdgeColumn(name, NamedType.of(text.substring(colon + 1).strip()), false);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s (a column whose name has a colon needs a type too, as in %s:text)"
              .formatted(e.getMessage(), text.strip()),
          e);
    }
  }

  /** Returns this column, summed at both ends. */
  public EdgeColumn asSummed() {
    return new EdgeColumn(name, type, true);
  }

  /** Returns this column with the type of an existing table's column, unless it has a type. */
  EdgeColumn or(Map<String, NamedType> table) {
    return type == null ? new EdgeColumn(name, table.get(sqlName()), summed) : this;
  }

  FieldType fieldType() {
    return type == null ? FieldType.TEXT : type.type();
  }

  /** Returns the field of its values. */
  Field field() {
    return new Field(sqlName(), fieldType(), type == null ? null : type.size());
  }

  /** Returns its name in the table of the edges. */
  String sqlName() {
    return EdgeFormat.position(name) == null ? name : "column_" + name;
  }

  /** Binds a value that {@link EdgeValues} has returned. */
  void put(@Nullable String value, RowValues values) {
    if (value == null) {
      values.putNull();
      return;
    }
    switch (fieldType()) {
      case BOOLEAN -> values.putBoolean(value.equals("true"));
      case SMALLINT, INTEGER, BIGINT -> values.putLong(Long.parseLong(value));
      case REAL -> values.putDouble(Float.parseFloat(value));
      case DOUBLE -> values.putDouble(Double.parseDouble(value));
      default -> values.putText(value);
    }
  }
}
