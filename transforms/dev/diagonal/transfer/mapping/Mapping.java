package dev.diagonal.transfer.mapping;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How rows are converted.
 *
 * @param columns of the target, in order; none for all columns of the source, unchanged
 * @param filters conditions that a row of the source must all meet, such as {@code rating >= 4},
 *     {@code genre = 'Drama'} or {@code title is not null}; a comparison with null is false
 * @param function the name of a class with a public constructor without parameters that is a {@code
 *     SerializableFunction<Row, Row>} and receives the mapped columns; if it returns null, the row
 *     is dropped
 * @param functionColumns the columns that the function returns, or none if they are the same
 */
public record Mapping(
    List<Target> columns,
    List<String> filters,
    @Nullable String function,
    List<Field> functionColumns)
    implements Serializable {

  /** Does not change rows. */
  public static final Mapping NONE = new Mapping(List.of(), List.of(), null, List.of());

  /**
   * @throws IllegalArgumentException if two columns have the same name, or there are columns of a
   *     function but no function
   */
  public Mapping {
    columns = List.copyOf(columns);
    filters = List.copyOf(filters);
    functionColumns = List.copyOf(functionColumns);
    checkArgument(
        columns.stream().map(Target::name).distinct().count() == columns.size(),
        "the columns of a mapping must have different names, got %s",
        columns.stream().map(Target::name).toList());
    checkArgument(
        function != null || functionColumns.isEmpty(), "functionColumns need a function, got none");
  }

  /** The origin of a value of the target. */
  public enum Origin {
    /** A column of the source. */
    COLUMN,
    /** The same text in every row. */
    CONSTANT,
    /** A text with names of source columns in braces; null if one of them is. */
    FORMAT
  }

  /**
   * A column of the target.
   *
   * @param name its name
   * @param origin the kind of {@code text}
   * @param text the name of a source column, a constant, or a format
   * @param type the type of its values; null for that of the source column, or text
   * @param size the digits of a decimal; null for any number of them
   * @param pattern the format of dates or numbers in texts, as in {@code
   *     java.time.format.DateTimeFormatter} or {@code java.text.DecimalFormat}; null for {@code
   *     2026-11-21} and {@code -1234.5}
   * @param locale the language of {@code pattern}, as in {@code de-DE}; null for none
   * @param otherwise the default value for null, not in the format of {@code pattern}; null for
   *     null
   */
  public record Target(
      String name,
      Origin origin,
      String text,
      @Nullable FieldType type,
      @Nullable DecimalSize size,
      @Nullable String pattern,
      @Nullable String locale,
      @Nullable String otherwise)
      implements Serializable {

    /** Returns a column that copies one of the source. */
    public static Target of(String name, String column) {
      return new Target(name, Origin.COLUMN, column, null, null, null, null, null);
    }
  }
}
