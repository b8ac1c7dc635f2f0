package dev.diagonal.jdbc.write;

import dev.diagonal.bytes.ByteBuilder;
import dev.diagonal.jdbc.connection.SqlFaults;
import dev.diagonal.jdbc.copy.WireColumn;
import dev.diagonal.jdbc.copy.WireType;
import dev.diagonal.jdbc.copy.WireValue;
import dev.diagonal.jdbc.table.ArrayText;
import dev.diagonal.jdbc.table.BoundRow;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.KeyOrder;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.jdbc.write.BatchOutcome.Rejected;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows in the binary form of PostgreSQL's COPY, encoded as they come into one array of bytes, with
 * their keys in another. They are copied straight into the table where that is all there is to do;
 * else into a temporary table of the transaction, from which one statement does the rest.
 *
 * <p>The form: <a href="https://www.postgresql.org/docs/16/sql-copy.html#id-1.9.3.55.9.4">COPY,
 * Binary Format</a>.
 */
final class CopyRows<T> extends BatchRows<T> implements RowValues {

  private static final byte[] HEAD = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final byte[] END = {(byte) 0xFF, (byte) 0xFF};
  private static final int CHUNK_BYTES = 1 << 16;
  private static final int KEY_BYTES = 16; // as most keys take at most

  private final JdbcWrite<T> write;
  private final List<WireColumn> columns;
  private final CopySql sql;
  private final boolean bindsKeys;
  private final ByteBuilder values;
  private final ByteBuilder keys;
  private int[] valueEnds;
  private int[] keyEnds;
  private int bound;
  private int next;
  private int fieldStart;

  /**
   * @param rows how many rows are expected, at least one
   * @param bytes how many bytes they are expected to take
   */
  CopyRows(JdbcWrite<T> write, List<WireColumn> columns, CopySql sql, int rows, int bytes) {
    super(write, rows);
    this.valueEnds = new int[rows];
    this.keyEnds = new int[rows];
    this.write = write;
    this.columns = columns;
    this.sql = sql;
    this.bindsKeys = !write.table().keyColumns().isEmpty();
    this.values = new ByteBuilder(bytes);
    this.keys = new ByteBuilder(bindsKeys ? rows * KEY_BYTES : 0);
  }

  @Override
  long bytes() {
    return (long) values.size() + keys.size();
  }

  @Override
  int bound() {
    return bound;
  }

  @Override
  void bind(T row) throws Exception {
    int valuesBefore = values.size();
    int keysBefore = keys.size();
    boolean done = false;
    try {
      next = 0;
      values.putShort(columns.size());
      write.binder().bind(row, this);
      if (next != columns.size()) {
        throw wrongCount(String.valueOf(next));
      }
      if (bound == valueEnds.length) {
        valueEnds = Arrays.copyOf(valueEnds, 2 * bound);
        keyEnds = Arrays.copyOf(keyEnds, 2 * bound);
      }
      valueEnds[bound] = values.size();
      keyEnds[bound] = keys.size();
      bound++;
      done = true;
    } finally {
      if (!done) {
        values.truncate(valuesBefore);
        keys.truncate(keysBefore);
      }
    }
  }

  @Override
  boolean tellsEqualKeys() {
    return sql.keysAreEqualByBytes();
  }

  @Override
  int compareKeys(int row, int other) {
    return Arrays.compareUnsigned(
        keys.array(),
        start(keyEnds, row),
        keyEnds[row],
        keys.array(),
        start(keyEnds, other),
        keyEnds[other]);
  }

  @Override
  String key(int row) {
    try {
      return BoundRow.of(write.table(), write.binder(), row(row)).key().toString();
    } catch (Exception e) {
      return "that is not known";
    }
  }

  @Override
  void begin(Connection connection) throws SQLException {
    if (sql.isStaged()) {
      execute(connection, sql.createStage());
    }
  }

  @Override
  void send(Connection connection, int[] rows, int from, int to) throws SQLException {
    copy(connection, sql, rows, from, to);
    if (sql.isStaged()) {
      execute(connection, sql.applyStage());
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>All rows are staged, those of one key as they came, and the server takes them one by one
   * where it must: 50,000 rows of which a tenth are bad take seconds, and halving them minutes.
   */
  @Override
  @Nullable List<Rejected> sift(Connection connection, KeyOrder order) throws SQLException {
    if (write.merge() != null) {
      return null; // a merged row stands for several
    }
    int[] all = order.all();
    CopySql staged = sql.staged();
    Savepoint before = connection.setSavepoint();
    try {
      execute(connection, staged.createStage());
      copy(connection, staged, all, 0, all.length);
    } catch (SQLException fault) {
      if (!SqlFaults.isCausedByRows(fault)) {
        throw fault;
      }
      connection.rollback(before); // a value that COPY itself refuses
      return null;
    }
    execute(connection, staged.siftStage());
    List<Rejected> rejected = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet bad = statement.executeQuery(staged.sifted())) {
      while (bad.next()) {
        rejected.add(new Rejected(all[bad.getInt(1)], bad.getString(2)));
      }
    }
    return rejected;
  }

  @Override
  void clear(Connection connection) throws SQLException {
    if (sql.isStaged()) {
      execute(connection, sql.clearStage());
    }
  }

  private void copy(Connection connection, CopySql statements, int[] rows, int from, int to)
      throws SQLException {
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(statements.copy());
    try {
      byte[] chunk = new byte[CHUNK_BYTES];
      System.arraycopy(HEAD, 0, chunk, 0, HEAD.length);
      int filled = HEAD.length;
      byte[] source = values.array();
      for (int i = from; i < to; ) {
        int start = start(valueEnds, rows[i]);
        int end = valueEnds[rows[i]];
        for (i++; i < to && start(valueEnds, rows[i]) == end; i++) {
          end = valueEnds[rows[i]]; // neighbours go in one piece
        }
        int length = end - start;
        if (length > chunk.length - filled) {
          copy.writeToCopy(chunk, 0, filled);
          filled = 0;
        }
        if (length > chunk.length) {
          copy.writeToCopy(source, start, length);
        } else {
          System.arraycopy(source, start, chunk, filled, length);
          filled += length;
        }
      }
      copy.writeToCopy(chunk, 0, filled);
      copy.writeToCopy(END, 0, END.length);
      copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static void execute(Connection connection, String statement) throws SQLException {
    try (Statement call = connection.createStatement()) {
      call.execute(statement);
    }
  }

  private static int start(int[] ends, int row) {
    return row == 0 ? 0 : ends[row - 1];
  }

  // Each value: the type of the column that is next, its bytes, and those of the key once more.

  private WireType begin() {
    if (next == columns.size()) {
      throw wrongCount("more");
    }
    fieldStart = values.size();
    return columns.get(next).type();
  }

  private CopyRows<T> end() {
    Column column = columns.get(next).column();
    if (column.key()) {
      int from = fieldStart + Integer.BYTES;
      keys.put(values.array(), from, values.size());
      if (write.table().keyColumns().size() > 1) {
        keys.putInt(values.size() - from);
      }
    }
    next++;
    return this;
  }

  private CopyRows<T> nothing() {
    begin();
    Column column = columns.get(next).column();
    if (column.key()) {
      throw new IllegalArgumentException(
          "key column %s of table %s must not be null"
              .formatted(column.name(), write.table().name()));
    }
    WireValue.putNull(values);
    next++;
    return this;
  }

  private IllegalArgumentException wrongCount(String found) {
    return new IllegalArgumentException(
        "the binder must put %s values for table %s, got %s"
            .formatted(columns.size(), write.table().name(), found));
  }

  @Override
  public RowValues putNull() {
    return nothing();
  }

  @Override
  public RowValues putInt(int value) {
    return putLong(value);
  }

  @Override
  public RowValues putBoolean(boolean value) {
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putLong(long value) {
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putDouble(double value) {
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putDecimal(@Nullable BigDecimal value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putText(@Nullable String value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putText(byte[] utf8, int start, int end) {
    WireValue.put(values, begin(), utf8, start, end);
    return end();
  }

  @Override
  public RowValues putUuid(@Nullable UUID value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putDate(@Nullable LocalDate value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putEpochDay(long days) {
    WireValue.putEpochDay(values, begin(), days);
    return end();
  }

  @Override
  public RowValues putInstant(@Nullable Instant value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putTimestamp(@Nullable LocalDateTime value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putTime(@Nullable LocalTime value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putBytes(byte @Nullable [] value) {
    if (value == null) {
      return nothing();
    }
    WireValue.put(values, begin(), value);
    return end();
  }

  @Override
  public RowValues putArray(@Nullable List<?> value) {
    if (value == null) {
      return nothing();
    }
    return putText(ArrayText.of(value)); // refused unless it is cast
  }
}
