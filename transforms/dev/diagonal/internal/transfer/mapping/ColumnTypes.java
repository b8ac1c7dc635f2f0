package dev.diagonal.internal.transfer.mapping;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.mapping.Mapping.Origin;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Types that the user sets for columns of a source.
 *
 * @param named the types by column name
 * @param others the type of all other columns, or null to guess their types
 */
public record ColumnTypes(Map<String, NamedType> named, @Nullable NamedType others)
    implements Serializable {

  /** Sets no type. */
  public static final ColumnTypes GUESSED = new ColumnTypes(Map.of(), null);

  public ColumnTypes {
    named = Map.copyOf(named);
  }

  /**
   * Parses {@code zip:text,price:decimal(10,2)}, or one type for all columns, such as {@code text}.
   * Both may be mixed: {@code text,price:decimal} makes all columns except {@code price} texts.
   *
   * @throws IllegalArgumentException if a type is unknown, or a column has two
   */
  public static ColumnTypes of(String text) {
    Map<String, NamedType> named = new LinkedHashMap<>();
    NamedType others = null;
    for (String each : Columns.split(text)) {
      int colon = each.lastIndexOf(':');
      NamedType type = NamedType.of(each.substring(colon + 1).strip());
      if (colon < 0) {
        checkArgument(others == null, "two types are set for all columns in '%s'", text);
        others = type;
      } else {
        NamedType before = named.put(each.substring(0, colon).strip(), type);
        checkArgument(before == null, "a column has two types in '%s'", text);
      }
    }
    return new ColumnTypes(named, others);
  }

  /**
   * Returns the mapping with these types for columns without a type.
   *
   * @throws IllegalArgumentException if the source lacks a named column
   */
  public Mapping in(Mapping mapping, RowType source) {
    named.keySet().forEach(name -> Columns.indexOf(source, name));
    return MappedColumns.withTypes(
        mapping,
        source,
        target ->
            target.origin() == Origin.COLUMN ? named.getOrDefault(target.text(), others) : null);
  }
}
