package dev.diagonal.internal.rows;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.rows.Field;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The columns of rows, in order. Finding a column by its name takes constant time. Immutable. */
public final class RowType implements Serializable {

  private static final long serialVersionUID = 1;

  private final List<Field> fields;
  private transient @Nullable Map<String, Integer> positions;

  /**
   * @param fields at least one, with distinct names
   * @throws IllegalArgumentException if there is no column, or two have the same name
   */
  public RowType(List<Field> fields) {
    this.fields = List.copyOf(fields);
    checkArgument(!fields.isEmpty(), "there must be a column");
    positions();
  }

  public List<Field> fields() {
    return fields;
  }

  public int size() {
    return fields.size();
  }

  public Field field(int column) {
    return fields.get(column);
  }

  public List<String> names() {
    return fields.stream().map(Field::name).toList();
  }

  /** Returns the index of the column of that name, or -1. */
  public int indexOf(String name) {
    return positions().getOrDefault(name, -1);
  }

  /**
   * Not synchronized: after deserialization two threads may both build the map, with equal results.
   */
  private Map<String, Integer> positions() {
    Map<String, Integer> known = positions;
    if (known == null) {
      known = new HashMap<>();
      for (Field field : fields) {
        Integer before = known.putIfAbsent(field.name(), known.size());
        checkArgument(
            before == null,
            "two columns are named '%s'; rename one, in a query with AS",
            field.name());
      }
      positions = known;
    }
    return known;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RowType type && fields.equals(type.fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  @Override
  public String toString() {
    return "RowType" + fields;
  }
}
