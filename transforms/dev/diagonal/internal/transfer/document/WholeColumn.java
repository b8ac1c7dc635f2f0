package dev.diagonal.internal.transfer.document;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.rows.BadValueException;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowBlock;
import dev.diagonal.rows.RowType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks a column that may have fractions but whose field holds whole numbers. Elasticsearch would
 * silently index 0.9 as 0.
 *
 * @param name of the column
 * @param column its position
 */
public record WholeColumn(String name, int column) {

  /** Returns the columns to check, of those whose fields hold whole numbers. */
  public static List<WholeColumn> of(Set<String> wholeFields, RowType type) {
    List<WholeColumn> columns = new ArrayList<>();
    for (int i = 0; i < type.size(); i++) {
      Field field = type.field(i);
      if (wholeFields.contains(field.name())
          && !field.type().isWhole()
          && (field.type().isNumber() || field.type() == FieldType.TEXT)) {
        columns.add(new WholeColumn(field.name(), i));
      }
    }
    return columns;
  }

  /**
   * Accepts null, whole numbers, and texts that are not numbers, which Elasticsearch refuses
   * itself.
   *
   * @throws BadValueException if the value has a fraction
   */
  public void check(RowBlock block, int row) throws BadValueException {
    if (block.isNull(row, column)) {
      return;
    }
    ByteBuilder text = new ByteBuilder(24);
    ValueFormatter.put(block, row, column, text);
    if (hasFraction(text.toString())) {
      throw new BadValueException(
          "column '%s': %s has a fraction, but the index maps the field to whole numbers"
              .formatted(name, text));
    }
  }

  private static boolean hasFraction(String number) {
    if (number.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '-')) {
      return false;
    }
    try {
      return new BigDecimal(number).stripTrailingZeros().scale() > 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
