package dev.diagonal.internal.rows;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.bytes.ByteBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Formats some columns of a row as a text. Either a format with names of columns in braces, as
 * {@code {user_id}-{movie_id}}, where doubled braces are literal; or the values of a key, such that
 * different keys never have the same text.
 */
public final class Template {

  private static final char BETWEEN = '-';

  /** The text before each column, in order; and the text after the last column. */
  private final List<String> texts = new ArrayList<>();

  private final List<Integer> columns = new ArrayList<>();
  private final boolean escaped;
  private final ByteBuilder value = new ByteBuilder(64);

  /**
   * Creates the template of a key: its values with {@value #BETWEEN} between them. If there are
   * several, a backslash precedes each separator and backslash inside a value, so that {@code (a-b,
   * c)} differs from {@code (a, b-c)}.
   *
   * @throws IllegalArgumentException if a column is unknown
   */
  Template(List<String> key, RowType type) {
    for (int i = 0; i < key.size(); i++) {
      texts.add(i == 0 ? "" : String.valueOf(BETWEEN));
      columns.add(Columns.indexOf(type, key.get(i)));
    }
    texts.add("");
    escaped = key.size() > 1;
  }

  /**
   * @throws IllegalArgumentException if a brace is not closed or not opened, or a column is unknown
   */
  public Template(String format, RowType type) {
    escaped = false;
    parse(format, texts, name -> columns.add(Columns.indexOf(type, name)));
  }

  /** Returns a template of a format or, if that is null, of a key. */
  public static Template of(List<String> key, @Nullable String format, RowType type) {
    return format == null ? new Template(key, type) : new Template(format, type);
  }

  /**
   * Returns the columns that a format names.
   *
   * @throws IllegalArgumentException if a brace is not closed or not opened
   */
  public static List<String> columns(String format) {
    List<String> names = new ArrayList<>();
    parse(format, new ArrayList<>(), names::add);
    return names;
  }

  private static void parse(String format, List<String> texts, Consumer<String> columns) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      boolean doubled = i + 1 < format.length() && format.charAt(i + 1) == c;
      if ((c == '{' || c == '}') && doubled) {
        text.append(c);
        i++;
      } else if (c == '{') {
        int close = format.indexOf('}', i);
        checkArgument(close > 0, "a brace is not closed in the format '%s'", format);
        texts.add(text.toString());
        text.setLength(0);
        columns.accept(format.substring(i + 1, close));
        i = close;
      } else {
        checkArgument(c != '}', "a brace is not opened in the format '%s'", format);
        text.append(c);
      }
    }
    texts.add(text.toString());
  }

  /** Writes the text of a row; returns false if a column is null, so that there is no text. */
  public boolean put(RowBlock block, int row, ByteBuilder out) {
    for (int i = 0; i < columns.size(); i++) {
      if (block.isNull(row, columns.get(i))) {
        return false;
      }
      out.put(texts.get(i));
      if (escaped) {
        putEscaped(block, row, columns.get(i), out);
      } else {
        ValueFormatter.put(block, row, columns.get(i), out);
      }
    }
    out.put(texts.get(columns.size()));
    return true;
  }

  private void putEscaped(RowBlock block, int row, int column, ByteBuilder out) {
    value.clear();
    ValueFormatter.put(block, row, column, value);
    for (int i = 0; i < value.size(); i++) {
      byte c = value.array()[i];
      if (c == BETWEEN || c == '\\') {
        out.put('\\');
      }
      out.put(c);
    }
  }
}
