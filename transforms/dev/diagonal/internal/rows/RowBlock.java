package dev.diagonal.internal.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.bytes.Words;
import dev.diagonal.rows.FieldType;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Up to some thousand rows, stored by column without an object per value, so that millions of rows
 * per second can be parsed, converted and encoded. A row is set column by column and then
 * {@linkplain #endRow ended}; the next row overwrites one that was not ended.
 *
 * <p>One thread writes it; after it has been handed over, any number of threads may read it.
 */
public final class RowBlock {

  /** A block with this many bytes of values is full, however few rows it has. */
  static final int FULL_BYTES = 1 << 20;

  /** The line of a row that is not in a text file. */
  public static final long NO_LINE = -1;

  private static final int FIRST_ROWS = 64;

  /** Bounds the initial memory of a block with very many columns. */
  private static final int FIRST_CELLS = 1 << 18;

  /** Bounds the initial memory of a column after a block of long values. */
  private static final int MOST_FIRST_BYTES = 1 << 16;

  private final RowType type;
  private final int capacity;
  private final RowOrigin origin;
  private final Values[] columns;
  private final FieldType[] types;
  private long[] offsets;
  private long[] lines;
  private int rows;

  /**
   * @param type of the rows
   * @param capacity the maximum number of rows
   * @param origin the origin of the rows, for messages
   * @throws IllegalArgumentException if {@code capacity} is below 1
   */
  public RowBlock(RowType type, int capacity, RowOrigin origin) {
    this(
        type,
        capacity,
        origin,
        Math.max(1, Math.min(Math.min(capacity, FIRST_ROWS), FIRST_CELLS / type.size())),
        column -> Math.max(16, Math.min(1 << 10, FIRST_CELLS / type.size())));
  }

  private RowBlock(
      RowType type, int capacity, RowOrigin origin, int firstRows, IntUnaryOperator firstBytes) {
    checkArgument(capacity > 0, "capacity must be > 0, got %s", capacity);
    this.type = type;
    this.capacity = capacity;
    this.origin = origin;
    columns = new Values[type.size()];
    types = new FieldType[type.size()];
    for (int i = 0; i < columns.length; i++) {
      types[i] = type.field(i).type();
      columns[i] = new Values(types[i].isWord(), firstRows, firstBytes.applyAsInt(i));
    }
    offsets = new long[firstRows];
    lines = new long[firstRows];
  }

  /**
   * Returns an empty block for rows of the same type. It has room for about as many values as this
   * one holds, so it seldom has to grow.
   */
  public RowBlock following(RowOrigin originOfRows) {
    return new RowBlock(
        type,
        capacity,
        originOfRows,
        Math.max(1, rows),
        column -> {
          int used = rows == 0 || types[column].isWord() ? 0 : end(rows - 1, column);
          return Math.min(MOST_FIRST_BYTES, used + used / 8 + 16);
        });
  }

  public RowType type() {
    return type;
  }

  public int columns() {
    return columns.length;
  }

  /** Returns the type of a column directly, without lists and records. */
  public FieldType typeOf(int column) {
    return types[column];
  }

  /** Returns the origin of the rows. */
  public RowOrigin origin() {
    return origin;
  }

  public int rows() {
    return rows;
  }

  /** Returns whether it has as many rows, or as many bytes, as a block should. */
  public boolean isFull() {
    return rows == capacity || bytes() >= FULL_BYTES;
  }

  /**
   * Returns the bytes of values that are not words, plus one per cell, since nulls take room too.
   */
  private long bytes() {
    long bytes = (long) rows * columns.length;
    for (Values column : columns) {
      if (column.ends.length > 0) {
        bytes += rows == 0 ? 0 : column.ends[rows - 1];
      }
    }
    return bytes;
  }

  public void setNull(int column) {
    columns[column].setNull(rows);
  }

  /** Sets a value that is a word; see {@link FieldType}. */
  public void setWord(int column, long word) {
    Values values = columns[column];
    values.words[rows] = word;
    values.nulls[rows] = false;
  }

  public void setDouble(int column, double value) {
    setWord(column, Double.doubleToRawLongBits(value));
  }

  /** Sets a value that is bytes, which are copied. */
  public void setBytes(int column, byte[] bytes, int start, int end) {
    columns[column].setBytes(rows, bytes, start, end);
  }

  public void setText(int column, String text) {
    byte[] encoded = text.getBytes(UTF_8);
    setBytes(column, encoded, 0, encoded.length);
  }

  /** Ends a row that is not in a file. */
  public void endRow() {
    endRow(NO_LINE, NO_LINE);
  }

  /**
   * Ends a row whose columns have all been set.
   *
   * @param offset the byte of the file that it starts at
   * @param line the line of the range it starts in, from 1
   */
  public void endRow(long offset, long line) {
    offsets[rows] = offset;
    lines[rows] = line;
    rows++;
    if (rows == offsets.length && rows < capacity) {
      int grown = Math.min(capacity, 2 * rows);
      offsets = Arrays.copyOf(offsets, grown);
      lines = Arrays.copyOf(lines, grown);
      for (Values column : columns) {
        column.grow(grown);
      }
    }
  }

  public long offset(int row) {
    return offsets[row];
  }

  public long line(int row) {
    return lines[row];
  }

  public boolean isNull(int row, int column) {
    return columns[column].nulls[row];
  }

  public long word(int row, int column) {
    return columns[column].words[row];
  }

  public double doubleValue(int row, int column) {
    return Double.longBitsToDouble(columns[column].words[row]);
  }

  /** Returns the array with the bytes of a column's values; must not be written to. */
  public byte[] bytes(int column) {
    return columns[column].data;
  }

  public int start(int row, int column) {
    return row == 0 ? 0 : columns[column].ends[row - 1];
  }

  public int end(int row, int column) {
    return columns[column].ends[row];
  }

  /** Returns a bytes value as text. */
  public String text(int row, int column) {
    int start = start(row, column);
    return new String(columns[column].data, start, end(row, column) - start, UTF_8);
  }

  /** The values of one column. */
  private static final class Values {

    private static final long[] NO_WORDS = {};
    private static final int[] NO_ENDS = {};
    private static final byte[] NO_BYTES = {};

    private boolean[] nulls;
    private long[] words;
    private int[] ends;
    private byte[] data = NO_BYTES;

    private final int firstBytes;

    Values(boolean word, int rows, int firstBytes) {
      this.firstBytes = firstBytes;
      nulls = new boolean[rows];
      words = word ? new long[rows] : NO_WORDS;
      ends = word ? NO_ENDS : new int[rows];
    }

    void grow(int rows) {
      nulls = Arrays.copyOf(nulls, rows);
      words = words.length == 0 ? words : Arrays.copyOf(words, rows);
      ends = ends.length == 0 ? ends : Arrays.copyOf(ends, rows);
    }

    void setNull(int row) {
      nulls[row] = true;
      if (ends.length > 0) {
        ends[row] = row == 0 ? 0 : ends[row - 1];
      }
    }

    void setBytes(int row, byte[] bytes, int start, int end) {
      nulls[row] = false;
      int from = row == 0 ? 0 : ends[row - 1];
      int to = Math.addExact(from, end - start);
      if (to > data.length) {
        data = Arrays.copyOf(data, Math.max(to, Math.max(firstBytes, 2 * from)));
      }
      Words.copy(bytes, start, data, from, end - start);
      ends[row] = to;
    }
  }
}
