package dev.diagonal.internal.transfer.document;

import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.rows.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Checks a column whose field has type {@code keyword}, for which Lucene limits values. The
 * server's own message would quote the value.
 *
 * @param name of the column
 * @param column its position
 */
public record KeywordColumn(String name, int column) {

  private static final int MAX_BYTES = 32_766;

  /**
   * Returns the columns to check: those whose fields have that type and whose values may be too
   * long.
   */
  public static List<KeywordColumn> of(Set<String> keywordFields, RowType type) {
    List<KeywordColumn> columns = new ArrayList<>();
    for (int i = 0; i < type.size(); i++) {
      if (keywordFields.contains(type.field(i).name()) && type.field(i).type() == FieldType.TEXT) {
        columns.add(new KeywordColumn(type.field(i).name(), i));
      }
    }
    return columns;
  }

  /**
   * Checks that the value fits an index.
   *
   * @throws BadValueException if the value is too long
   */
  public void check(RowBlock block, int row) throws BadValueException {
    int bytes = block.isNull(row, column) ? 0 : block.end(row, column) - block.start(row, column);
    if (bytes > MAX_BYTES) {
      throw new BadValueException(
          String.format(
              Locale.ROOT,
              "column '%s' has %,d bytes, but its field of type keyword accepts at most %,d: for a new index"
                  + " name the column in --textFields",
              name,
              bytes,
              MAX_BYTES));
    }
  }
}
