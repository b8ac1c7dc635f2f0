package dev.diagonal.internal.rows;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.bytes.ByteSet;
import dev.diagonal.rows.FieldType;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Formats rows as CSV: an empty field for null; a quoted text if it is empty or contains a quote, a
 * line break or the first character of the delimiter, with quotes doubled. {@link
 * dev.diagonal.internal.csv.CsvFields} with the same characters parses the result.
 */
public final class CsvFormatter implements Serializable {

  public static final CsvFormatter RFC_4180 = new CsvFormatter(",", '"', "\n");

  private final String delimiter;
  private final char quote;
  private final String lineEnd;

  /** The bytes that only a quoted text may contain. */
  private final ByteSet special;

  /** Whether a number, a date, a time or a boolean may need quotes. */
  private final boolean quotesWords;

  /**
   * @param delimiter the text between two fields, ASCII
   * @param quote the character around fields, ASCII
   * @param lineEnd the end of a record
   */
  public CsvFormatter(String delimiter, char quote, String lineEnd) {
    this.delimiter = delimiter;
    this.quote = quote;
    this.lineEnd = lineEnd;
    this.special = new ByteSet(delimiter.charAt(0), quote, '\n', '\r');
    this.quotesWords = isInWords(delimiter.charAt(0)) || isInWords(quote);
  }

  /** Returns whether {@link ValueFormatter} uses a character in values that are words. */
  private static boolean isInWords(char c) {
    return Character.isLetterOrDigit(c) || "+-.:".indexOf(c) >= 0;
  }

  /**
   * Returns why a line of a row would read back as another row, or null if it would not. Either a
   * value needs quotes and the format has none, or the only value is null and would be written as
   * {@code ""}, like an empty text.
   */
  public @Nullable String problem(RowBlock block, int row) {
    int columns = block.type().size();
    if (columns == 1 && block.isNull(row, 0)) {
      return quote == CsvDialect.NONE || block.typeOf(0) == FieldType.TEXT
          ? "column '%s' is null, which a CSV file of one column cannot distinguish from an empty text: write a second column, JSON lines or Parquet"
              .formatted(block.type().field(0).name())
          : null;
    }
    for (int column = 0; quote == CsvDialect.NONE && column < columns; column++) {
      if (!block.isNull(row, column) && needsQuotes(block, row, column)) {
        return "column '%s': the value needs quotes, since it is empty or contains the delimiter or a line break: name a quote character with --outputQuote"
            .formatted(block.type().field(column).name());
      }
    }
    return null;
  }

  private boolean needsQuotes(RowBlock block, int row, int column) {
    if (!block.typeOf(column).isWord() && block.typeOf(column) != FieldType.BYTES) {
      int start = block.start(row, column);
      int end = block.end(row, column);
      return start == end || needsQuotes(block.bytes(column), start, end);
    }
    ByteBuilder value = new ByteBuilder(32);
    ValueFormatter.put(block, row, column, value);
    return needsQuotes(value.array(), 0, value.size());
  }

  /**
   * Writes the names of the columns as a line.
   *
   * @throws IllegalArgumentException if a name needs quotes and the format has none
   */
  public void putHeader(RowType type, ByteBuilder out) {
    for (int column = 0; column < type.size(); column++) {
      if (column > 0) {
        putDelimiter(out);
      }
      byte[] name = type.field(column).name().getBytes(java.nio.charset.StandardCharsets.UTF_8);
      if (quote == CsvDialect.NONE && needsQuotes(name, 0, name.length)) {
        throw new IllegalArgumentException(
            "the name of column '%s' needs quotes: name a quote character with --outputQuote"
                .formatted(type.field(column).name()));
      }
      putText(name, 0, name.length, out);
    }
    out.put(lineEnd);
  }

  /** Writes the fields of a row, which has no {@link #problem}, as a line. */
  public void putLine(RowBlock block, int row, ByteBuilder out) {
    put(block, row, out);
    out.put(lineEnd);
  }

  /** Writes the fields of a row, without a line end. */
  public void put(RowBlock block, int row, ByteBuilder out) {
    int columns = block.type().size();
    for (int column = 0; column < columns; column++) {
      if (column > 0) {
        putDelimiter(out);
      }
      if (!block.isNull(row, column)) {
        putValue(block, row, column, out);
      } else if (columns == 1) {
        // An empty line would not be a record.
        out.put(quote);
        out.put(quote);
      }
    }
  }

  private void putDelimiter(ByteBuilder out) {
    if (delimiter.length() == 1) {
      out.put(delimiter.charAt(0));
    } else {
      out.put(delimiter);
    }
  }

  /** Writes a value that is not null. */
  public void putValue(RowBlock block, int row, int column, ByteBuilder out) {
    FieldType type = block.typeOf(column);
    if (type == FieldType.TEXT || type == FieldType.JSON) {
      putText(block.bytes(column), block.start(row, column), block.end(row, column), out);
      return;
    }
    int before = out.size();
    ValueFormatter.put(block, row, column, out);
    if ((quotesWords || !type.isWord()) && needsQuotes(out.array(), before, out.size())) {
      byte[] text = java.util.Arrays.copyOfRange(out.array(), before, out.size());
      out.truncate(before);
      putText(text, 0, text.length, out);
    }
  }

  /** Writes a text, quoted if necessary. */
  void putText(byte[] text, int start, int end, ByteBuilder out) {
    if (start < end && !needsQuotes(text, start, end)) {
      out.put(text, start, end);
      return;
    }
    out.put(quote);
    int from = start;
    for (int i = start; i < end; i++) {
      if (text[i] == quote) {
        out.put(text, from, i + 1);
        from = i;
      }
    }
    out.put(text, from, end);
    out.put(quote);
  }

  private boolean needsQuotes(byte[] text, int start, int end) {
    return special.indexIn(text, start, end) < end;
  }
}
