package dev.diagonal.internal.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.bytes.JsonText;
import java.io.Serializable;

/**
 * Formats rows as JSON: one object per row, with keys in the order of the columns. Null becomes
 * null; numbers and booleans stay as such, JSON stays unchanged, all others become texts. Numbers
 * without a JSON form (NaN, infinities) become texts.
 */
public final class JsonFormatter implements Serializable {

  private static final byte[] NULL = "null".getBytes(UTF_8);

  private final byte[][] keys;

  public JsonFormatter(RowType type) {
    keys = new byte[type.size()][];
    for (int i = 0; i < keys.length; i++) {
      ByteBuilder key = new ByteBuilder(32);
      key.put(i == 0 ? '{' : ',');
      byte[] name = type.field(i).name().getBytes(UTF_8);
      JsonText.put(key, name, 0, name.length);
      key.put(':');
      keys[i] = key.toByteArray();
    }
  }

  /** Writes the object of a row. */
  public void put(RowBlock block, int row, ByteBuilder out) {
    for (int column = 0; column < keys.length; column++) {
      out.put(keys[column], 0, keys[column].length);
      if (block.isNull(row, column)) {
        out.put(NULL, 0, NULL.length);
      } else {
        putValue(block, row, column, out);
      }
    }
    out.put('}');
  }

  private static void putValue(RowBlock block, int row, int column, ByteBuilder out) {
    switch (block.typeOf(column)) {
      case BOOLEAN, SMALLINT, INTEGER, BIGINT -> ValueFormatter.put(block, row, column, out);
      case JSON -> putOnOneLine(block, row, column, out);
      case TEXT ->
          JsonText.put(out, block.bytes(column), block.start(row, column), block.end(row, column));
      case REAL, DOUBLE, DECIMAL -> {
        int before = out.size();
        ValueFormatter.put(block, row, column, out);
        int first = out.array()[before] == '-' ? before + 1 : before;
        if (out.array()[first] > '9') {
          quote(before, out);
        }
      }
      case BYTES, UUID, DATE, TIME, TIMESTAMP, INSTANT -> {
        int before = out.size();
        ValueFormatter.put(block, row, column, out);
        quote(before, out);
      }
    }
  }

  /** Replaces line breaks, which JSON has only between tokens, where a blank is equivalent. */
  private static void putOnOneLine(RowBlock block, int row, int column, ByteBuilder out) {
    byte[] json = block.bytes(column);
    for (int i = block.start(row, column); i < block.end(row, column); i++) {
      out.put(json[i] == '\n' || json[i] == '\r' ? ' ' : json[i]);
    }
  }

  private static void quote(int from, ByteBuilder out) {
    byte[] text = java.util.Arrays.copyOfRange(out.array(), from, out.size());
    out.truncate(from);
    JsonText.put(out, text, 0, text.length);
  }
}
