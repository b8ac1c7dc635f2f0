package dev.diagonal.internal.jdbc.copy;

import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows in the binary format of PostgreSQL's COPY, encoded one after another in one array, with
 * their keys in another. Not thread-safe.
 *
 * <p>The format: <a href="https://www.postgresql.org/docs/16/sql-copy.html#id-1.9.3.55.9.4">COPY,
 * Binary Format</a>.
 */
public final class WireRows extends WireEncoder {

  private static final byte[] HEAD = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final byte[] END = {(byte) 0xFF, (byte) 0xFF};
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int CHUNK_BYTES = 1 << 16;

  private int[] valueEnds;
  private int[] keyEnds;
  private int rows;

  /**
   * Creates an empty batch.
   *
   * @param columns the columns of {@code table}, in order
   * @param rows the expected number of rows, at least one
   * @param bytes the expected size of the rows
   */
  public WireRows(Table table, List<WireColumn> columns, int rows, int bytes) {
    super(table, columns, rows, bytes);
    this.valueEnds = new int[rows];
    this.keyEnds = new int[rows];
  }

  /**
   * Adds the values that {@code binder} binds for a row; nothing if it throws.
   *
   * @throws IllegalArgumentException if the values do not fit the columns
   */
  public <T> void add(RowBinder<T> binder, T row) throws Exception {
    encode(binder, row);
    if (rows == valueEnds.length) {
      valueEnds = Arrays.copyOf(valueEnds, 2 * rows);
      keyEnds = Arrays.copyOf(keyEnds, 2 * rows);
    }
    valueEnds[rows] = values.size();
    keyEnds[rows] = keys.size();
    rows++;
  }

  /** Returns how many rows there are. */
  public int size() {
    return rows;
  }

  /** Returns how many bytes the rows take. */
  public long bytes() {
    return (long) values.size() + keys.size();
  }

  /** Returns a checksum of the rows and their order: their CRC-32C and CRC-32. */
  public long checksum() {
    CRC32C castagnoli = new CRC32C();
    CRC32 ieee = new CRC32();
    castagnoli.update(values.array(), 0, values.size());
    ieee.update(values.array(), 0, values.size());
    return castagnoli.getValue() << Integer.SIZE | ieee.getValue();
  }

  /** Returns the bytes of all rows, which {@link #fieldOf} points into. */
  public byte[] array() {
    return values.array();
  }

  /** Returns where the length of a row's column is in {@link #array}; its value follows. */
  public int fieldOf(int row, int column) {
    byte[] bytes = values.array();
    int at = start(valueEnds, row) + Short.BYTES;
    for (int i = 0; i < column; i++) {
      at += Integer.BYTES + Math.max(0, (int) INT.get(bytes, at));
    }
    return at;
  }

  /** Returns the length at a position that {@link #fieldOf} returned; -1 means null. */
  public int lengthAt(int field) {
    return (int) INT.get(values.array(), field);
  }

  /** Compares the keys of two rows as whole numbers; there must be one key column, of that type. */
  public int compareSignedKeys(int row, int other) {
    int from = start(keyEnds, row);
    int otherFrom = start(keyEnds, other);
    byte[] bytes = keys.array();
    return bytes[from] != bytes[otherFrom]
        ? Byte.compare(bytes[from], bytes[otherFrom])
        : compareKeys(row, other);
  }

  /** Compares the keys of two rows by their unsigned bytes. */
  public int compareKeys(int row, int other) {
    return compare(
        keys.array(), start(keyEnds, row), keyEnds[row], start(keyEnds, other), keyEnds[other]);
  }

  /**
   * Compares two ranges of bytes as {@link Arrays#compareUnsigned(byte[], int, int, byte[], int,
   * int)} does. For short ranges it is faster: a sort calls it twenty times per row.
   */
  static int compare(byte[] bytes, int from, int to, int otherFrom, int otherTo) {
    int common = Math.min(to - from, otherTo - otherFrom);
    int i = 0;
    for (; i + Long.BYTES <= common; i += Long.BYTES) {
      long word = (long) LONG.get(bytes, from + i);
      long other = (long) LONG.get(bytes, otherFrom + i);
      if (word != other) {
        return Long.compareUnsigned(word, other);
      }
    }
    for (; i < common; i++) {
      if (bytes[from + i] != bytes[otherFrom + i]) {
        return Byte.compareUnsigned(bytes[from + i], bytes[otherFrom + i]);
      }
    }
    return Integer.compare(to - from, otherTo - otherFrom);
  }

  /**
   * Copies rows to the server.
   *
   * @param copy the COPY statement, of all columns in binary
   * @param order the rows, of which those from {@code from} to before {@code to} are copied
   * @return how many rows the table has taken; a trigger may drop some
   */
  public long copy(Connection connection, String copy, int[] order, int from, int to)
      throws SQLException {
    CopyIn in = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copy);
    try {
      byte[] chunk = new byte[CHUNK_BYTES];
      System.arraycopy(HEAD, 0, chunk, 0, HEAD.length);
      int filled = HEAD.length;
      byte[] source = values.array();
      for (int i = from; i < to; ) {
        int start = start(valueEnds, order[i]);
        int end = valueEnds[order[i]];
        for (i++; i < to && start(valueEnds, order[i]) == end; i++) {
          end = valueEnds[order[i]]; // adjacent rows are written together
        }
        int length = end - start;
        if (length > chunk.length - filled) {
          in.writeToCopy(chunk, 0, filled);
          filled = 0;
        }
        if (length > chunk.length) {
          in.writeToCopy(source, start, length);
        } else {
          System.arraycopy(source, start, chunk, filled, length);
          filled += length;
        }
      }
      in.writeToCopy(chunk, 0, filled);
      in.writeToCopy(END, 0, END.length);
      return in.endCopy();
    } finally {
      if (in.isActive()) {
        in.cancelCopy();
      }
    }
  }

  private static int start(int[] ends, int row) {
    return row == 0 ? 0 : ends[row - 1];
  }
}
