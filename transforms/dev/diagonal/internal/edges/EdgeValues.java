package dev.diagonal.internal.edges;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.internal.rows.ValueParser;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Parses the values of additional columns, and returns them as edges store them. Confined to one
 * thread.
 */
final class EdgeValues {

  private final List<EdgeColumn> columns;

  private final ByteBuilder text = new ByteBuilder(64);
  private @Nullable ValueParser parser;

  /** Holds one row, which is overwritten by the next value. */
  private @Nullable RowBlock row;

  EdgeValues(List<EdgeColumn> columns) {
    this.columns = columns;
  }

  /** Returns whether the values of a column are texts, which need no parser. */
  boolean isText(int column) {
    return columns.get(column).fieldType() == FieldType.TEXT;
  }

  /**
   * Returns the canonical text of a value; null for an empty text, which is a value only of type
   * text.
   *
   * @throws BadValueException if the text is not a value of the column's type; the message names
   *     the column
   */
  @Nullable String of(int column, byte[] bytes, int start, int end) throws BadValueException {
    if (start == end) {
      return null;
    }
    if (row == null || parser == null) {
      row = row();
      parser = new ValueParser();
    }
    try {
      parser.requireUtf8(bytes, start, end);
      parser.set(row, column, bytes, start, end);
      text.clear();
      ValueFormatter.put(row, 0, column, text);
      String value = new String(text.array(), 0, text.size(), UTF_8);
      check(columns.get(column), value);
      return value;
    } catch (BadValueException e) {
      throw new BadValueException(
          "column %s: %s".formatted(columns.get(column).name(), e.getMessage()));
    }
  }

  private RowBlock row() {
    // Two columns of one position have one name: only the types matter here.
    List<Field> fields =
        IntStream.range(0, columns.size())
            .mapToObj(i -> new Field("c" + i, columns.get(i).fieldType()))
            .toList();
    return new RowBlock(new RowType(fields), 1, RowOrigin.of(""));
  }

  private static void check(EdgeColumn column, String value) throws BadValueException {
    NamedType type = column.type();
    DecimalSize size = type == null ? null : type.size();
    if (size != null) {
      ValueParser.requireDigits(value, size);
    }
    if (column.summed() && !Character.isDigit(value.charAt(value.length() - 1))) {
      throw new BadValueException("'%s' cannot be summed".formatted(value));
    }
  }

  /** Returns the canonical text as {@link #of(int, byte[], int, int)} does. */
  @Nullable String of(int column, @Nullable String value) throws BadValueException {
    if (value == null || isText(column)) {
      return value;
    }
    byte[] bytes = value.getBytes(UTF_8);
    return of(column, bytes, 0, bytes.length);
  }
}
