package dev.diagonal.internal.transfer.document;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.rows.FieldType;
import org.jspecify.annotations.Nullable;

/** Reads the versions of documents from a column of whole numbers from 0. */
public final class VersionColumn {

  private static final int NONE = -1;

  private final String name;
  private final int column;
  private final ByteBuilder text = new ByteBuilder(24);

  private VersionColumn(String name, int column) {
    this.name = name;
    this.column = column;
  }

  /**
   * Returns the column of that name, or none for null.
   *
   * @throws IllegalArgumentException if the column is unknown or does not hold numbers or texts
   */
  public static VersionColumn of(@Nullable String name, RowType type) {
    if (name == null) {
      return new VersionColumn("", NONE);
    }
    int column = Columns.indexOf(type, name);
    FieldType found = type.field(column).type();
    checkArgument(
        found.isWhole() || found == FieldType.DECIMAL || found == FieldType.TEXT,
        "the version column '%s' must hold whole numbers, but holds %s",
        name,
        found.lowerName());
    return new VersionColumn(name, column);
  }

  public boolean isNone() {
    return column == NONE;
  }

  /**
   * Returns the version of a row.
   *
   * @throws BadValueException if it is null or not a whole number from 0 to 2^63 - 1
   */
  public long of(RowBlock block, int row) throws BadValueException {
    if (block.isNull(row, column)) {
      throw new BadValueException("the version column '" + name + "' is null");
    }
    text.clear();
    ValueFormatter.put(block, row, column, text);
    String version = text.toString();
    try {
      if (version.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return Long.parseLong(version);
      }
    } catch (NumberFormatException e) {
      // Empty or too large.
    }
    throw new BadValueException(
        "the version column '%s' must hold a whole number from 0 to %s"
            .formatted(name, Long.MAX_VALUE));
  }
}
