package dev.diagonal.transfer.mapping;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.rows.Filter;
import dev.diagonal.internal.rows.Template;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowType;
import dev.diagonal.rows.types.NamedType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of rows on their way.
 *
 * @param columns of the target, in order; none means all of the source as they are
 * @param filters what must hold of a row of the source for it to go on, all of them, such as {@code
 *     rating >= 4}, {@code genre = 'Drama'} or {@code title is not null}; a comparison with null
 *     does not hold
 * @param function the name of a class with a public constructor without parameters that is a {@code
 *     SerializableFunction<Row, Row>}, given what the columns make; a null it returns drops the row
 * @param functionColumns what the function returns, or nothing if that has the same columns
 */
public record Mapping(
    List<Target> columns,
    List<String> filters,
    @Nullable String function,
    List<Field> functionColumns)
    implements Serializable {

  /** Leaves rows as they are. */
  public static final Mapping NONE = new Mapping(List.of(), List.of(), null, List.of());

  /**
   * @throws IllegalArgumentException if two columns have one name, or there are columns of a
   *     function and no function
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

  /** Returns this with types for the columns to which it gives neither type nor format. */
  public Mapping withTypes(RowType source, ColumnTypes.Chooser chooser) {
    List<Target> typed = new ArrayList<>();
    boolean changed = false;
    for (Target target : targets(source)) {
      NamedType chosen =
          target.type() == null && target.pattern() == null ? chooser.typeOf(target) : null;
      typed.add(chosen == null ? target : target.withType(chosen));
      changed |= chosen != null;
    }
    return changed ? new Mapping(typed, filters, function, functionColumns) : this;
  }

  /** Returns the columns of the target: all of the source where none are named. */
  public List<Target> targets(RowType source) {
    return columns.isEmpty()
        ? source.names().stream().map(name -> Target.of(name, name)).toList()
        : columns;
  }

  /**
   * Returns the columns of a source that this uses: all of them if it names none, or one that the
   * source lacks.
   */
  public Set<String> usedColumns(List<String> source) {
    if (columns.isEmpty()) {
      return new LinkedHashSet<>(source);
    }
    Set<String> used = new LinkedHashSet<>();
    for (Target target : columns) {
      if (target.origin() == Origin.COLUMN) {
        used.add(target.text());
      } else if (target.origin() == Origin.FORMAT) {
        used.addAll(Template.columns(target.text()));
      }
    }
    filters.forEach(filter -> used.add(Filter.column(filter)));
    return used.isEmpty() || !source.containsAll(used) ? new LinkedHashSet<>(source) : used;
  }

  /** Where the value of a target's column comes from. */
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
   * @param origin what {@code text} is
   * @param text the name of a source column, a constant, or a format
   * @param type what its values are; null for that of the source column, or text
   * @param size the digits of a decimal; null for any number of them
   * @param pattern how dates or numbers are spelt where they are text, as in {@code
   *     java.time.format.DateTimeFormatter} or {@code java.text.DecimalFormat}; null for {@code
   *     2026-11-21} and {@code -1234.5}
   * @param locale the language of {@code pattern}, as in {@code de-DE}; null for none
   * @param otherwise what stands for null, spelt without {@code pattern}; null for null
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

    /** Returns a column that is one of the source. */
    public static Target of(String name, String column) {
      return new Target(name, Origin.COLUMN, column, null, null, null, null, null);
    }

    /** Sets what its values are. */
    Target withType(NamedType named) {
      return new Target(name, origin, text, named.type(), named.size(), pattern, locale, otherwise);
    }
  }
}
