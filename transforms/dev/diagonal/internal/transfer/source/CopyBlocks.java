package dev.diagonal.internal.transfer.source;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.jdbc.snapshot.CopiedRows;
import dev.diagonal.internal.rows.CsvFormatter;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.ValueFormatter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a PostgreSQL COPY in its binary format: <a
 * href="https://www.postgresql.org/docs/16/sql-copy.html#id-1.9.3.55.9.4">COPY, Binary Format</a>.
 */
final class CopyBlocks implements RowBlockReader {

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int HEADER_BYTES = 19;
  private static final long EPOCH_DAY_OF_2000 = LocalDate.of(2000, 1, 1).toEpochDay();
  private static final long EPOCH_MICROS_OF_2000 = EPOCH_DAY_OF_2000 * 86_400_000_000L;

  private final CopiedRows copied;
  private final RowType type;
  private final int blockRows;
  private final RowOrigin origin;
  private int tupleColumns;
  private long tuples;
  private boolean started;
  private boolean ended;
  private long bytes;
  private @Nullable RowBlock last;

  /** Creates a reader, which connects when it first reads. */
  CopyBlocks(CopiedRows copied, RowType type, int blockRows, RowOrigin origin) {
    this.copied = copied;
    this.type = type;
    this.blockRows = blockRows;
    this.origin = origin;
  }

  /**
   * Creates a reader whose blocks have one column, the {@linkplain JdbcRows#tuples tuples}.
   *
   * @param columns how many columns the statement has
   */
  static CopyBlocks ofTuples(CopiedRows copied, int columns, int blockRows, RowOrigin origin) {
    CopyBlocks blocks = new CopyBlocks(copied, JdbcRows.TUPLE, blockRows, origin);
    blocks.tupleColumns = columns;
    return blocks;
  }

  @Override
  public @Nullable RowBlock next(Rejects rejects) throws Exception {
    RowBlock block = last == null ? new RowBlock(type, blockRows, origin) : last.following(origin);
    last = block;
    while (!block.isFull() && !ended) {
      byte[] row = copied.next();
      if (row == null) {
        ended = true;
        checkCount();
        break;
      }
      bytes += row.length;
      int at = started ? 0 : HEADER_BYTES;
      started = true;
      if (at < row.length && (short) SHORT.get(row, at) >= 0) {
        tuples++;
        if (tupleColumns == 0) {
          add(block, row, at + Short.BYTES, rejects);
        } else {
          addTuple(block, row, at);
        }
      }
    }
    return block.rows() == 0 ? null : block;
  }

  private void add(RowBlock block, byte[] row, int start, Rejects rejects)
      throws InterruptedException {
    int at = start;
    String problem = null;
    @Nullable String @Nullable [] unreadable = null;
    for (int column = 0; column < type.size(); column++) {
      int length = (int) INT.get(row, at);
      at += Integer.BYTES;
      if (length < 0) {
        block.setNull(column);
      } else {
        if (!set(block, column, row, at, length)) {
          String shown = shown((long) LONG.get(row, at));
          problem =
              "column '%s': %s is after the year 294246"
                  .formatted(type.field(column).name(), shown);
          unreadable = unreadable == null ? new String[type.size()] : unreadable;
          unreadable[column] = shown;
        }
        at += length;
      }
    }
    if (unreadable == null) {
      block.endRow();
    } else {
      ByteBuilder record = new ByteBuilder(128);
      for (int column = 0; column < type.size(); column++) {
        record.put(column == 0 ? "" : ",");
        String text = unreadable[column];
        if (text != null) {
          record.put(text);
        } else if (!block.isNull(block.rows(), column)) {
          CsvFormatter.RFC_4180.putValue(block, block.rows(), column, record);
        }
      }
      rejects.reject(DeadLetter.ofRow(origin.place() + ": " + problem, record.toString()));
    }
  }

  private void addTuple(RowBlock block, byte[] row, int start) throws SQLException {
    int columns = (short) SHORT.get(row, start);
    int at = start + Short.BYTES;
    for (int i = 0; i < columns && at <= row.length - Integer.BYTES; i++) {
      at += Integer.BYTES + Math.max(0, (int) INT.get(row, at));
    }
    if (columns != tupleColumns || at != row.length) {
      throw new SQLException(
          String.format(
              Locale.ROOT,
              "%s: row %,d is not a tuple of %d columns in %d bytes",
              origin.place(),
              tuples,
              tupleColumns,
              row.length - start));
    }
    block.setBytes(0, row, start + Short.BYTES, row.length);
    block.endRow();
  }

  /** Compares the number of received rows with the number that the server counted. */
  private void checkCount() throws SQLException {
    long counted = copied.counted();
    if (counted >= 0 && counted != tuples) {
      throw new SQLException(
          String.format(
              Locale.ROOT,
              "%s: the database sent %,d rows, but %,d arrived",
              origin.place(),
              counted,
              tuples));
    }
  }

  private static String shown(long microsOf2000) {
    return LocalDateTime.of(2000, 1, 1, 0, 0).plus(microsOf2000, ChronoUnit.MICROS).toString();
  }

  /** Sets a column; returns false if the type cannot represent the value. */
  private boolean set(RowBlock block, int column, byte[] row, int at, int length) {
    switch (block.typeOf(column)) {
      case BOOLEAN -> block.setWord(column, row[at]);
      case SMALLINT -> block.setWord(column, (short) SHORT.get(row, at));
      case INTEGER -> block.setWord(column, (int) INT.get(row, at));
      case BIGINT, TIME -> block.setWord(column, (long) LONG.get(row, at));
      case REAL -> block.setDouble(column, Float.intBitsToFloat((int) INT.get(row, at)));
      case DOUBLE -> block.setWord(column, (long) LONG.get(row, at));
      case DATE -> {
        int days = (int) INT.get(row, at);
        block.setWord(
            column,
            days == Integer.MAX_VALUE
                ? ValueFormatter.INFINITY
                : days == Integer.MIN_VALUE
                    ? ValueFormatter.MINUS_INFINITY
                    : days + EPOCH_DAY_OF_2000);
      }
      case TIMESTAMP, INSTANT -> {
        long micros = (long) LONG.get(row, at);
        boolean isInfinite = ValueFormatter.isInfinite(micros);
        if (!isInfinite && micros >= Long.MAX_VALUE - EPOCH_MICROS_OF_2000) {
          block.setNull(column);
          return false;
        }
        block.setWord(column, isInfinite ? micros : micros + EPOCH_MICROS_OF_2000);
      }
      case DECIMAL, TEXT, BYTES, UUID, JSON -> block.setBytes(column, row, at, at + length);
    }
    return true;
  }

  @Override
  public long bytesRead() {
    return bytes;
  }

  @Override
  public void abort() {
    copied.abort();
  }

  @Override
  public void close() {
    copied.close(ended);
  }
}
