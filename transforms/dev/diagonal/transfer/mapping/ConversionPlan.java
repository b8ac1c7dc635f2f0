package dev.diagonal.transfer.mapping;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.rows.Columns;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowType;
import dev.diagonal.transfer.mapping.Mapping.Origin;
import dev.diagonal.transfer.mapping.Mapping.Target;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What rows are before and after a conversion.
 *
 * @param from what the blocks of the source have; all text where it is a file
 * @param declared what the values are said or found to be: what becomes of columns that the mapping
 *     gives no type
 * @param mapping what is done
 * @param checkUtf8 whether texts come from a file, so that they may be no UTF-8
 * @param refuseNul whether texts go to a database, which has none with the character 0 in them
 */
public record ConversionPlan(
    RowType from, RowType declared, Mapping mapping, boolean checkUtf8, boolean refuseNul)
    implements Serializable {

  /**
   * @throws IllegalArgumentException if the mapping does not fit the rows, or its function cannot
   *     be had
   */
  public ConversionPlan {
    checkArgument(
        from.names().equals(declared.names()),
        "columns %s are not %s",
        from.names(),
        declared.names());
  }

  /** Makes one, so that what does not fit is refused before a run. */
  public void check() {
    var unused = new Conversion(this, 1);
  }

  /** Returns what the rows are in the end. */
  public RowType to() {
    return mapping.functionColumns().isEmpty() ? mapped() : new RowType(mapping.functionColumns());
  }

  /** What the columns of the mapping make, before its function. */
  RowType mapped() {
    return new RowType(
        targets().stream().map(target -> new Field(target.name(), typeOf(target))).toList());
  }

  List<Target> targets() {
    if (!mapping.columns().isEmpty()) {
      return mapping.columns();
    }
    List<Target> all = new ArrayList<>();
    for (String name : from.names()) {
      all.add(Target.of(name, name));
    }
    return all;
  }

  @Nullable RowFunction function() {
    return mapping.function() == null ? null : RowFunction.of(mapping.function(), mapped(), to());
  }

  private FieldType typeOf(Target target) {
    FieldType type = target.type();
    if (type != null) {
      return type;
    }
    return target.origin() == Origin.COLUMN
        ? declared.field(Columns.indexOf(declared, target.text())).type()
        : FieldType.TEXT;
  }
}
