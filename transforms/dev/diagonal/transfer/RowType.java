package dev.diagonal.transfer;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.List;

/**
 * The columns of rows, in order.
 *
 * @param fields at least one, of different names
 */
public record RowType(List<Field> fields) implements Serializable {

  /**
   * @throws IllegalArgumentException if there is no column, or two have one name
   */
  public RowType {
    fields = List.copyOf(fields);
    checkArgument(!fields.isEmpty(), "there must be a column");
    List<String> names = fields.stream().map(Field::name).toList();
    for (int i = 0; i < names.size(); i++) {
      checkArgument(names.indexOf(names.get(i)) == i, "two columns are named '%s'", names.get(i));
    }
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

  /** Returns where the column of that name stands, or -1. */
  public int indexOf(String name) {
    return names().indexOf(name);
  }
}
