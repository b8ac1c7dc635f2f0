package dev.diagonal.jdbc.relationships;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.bytes.KeyHash;
import dev.diagonal.internal.jdbc.copy.WireColumn;
import dev.diagonal.internal.jdbc.copy.WireRows;
import dev.diagonal.internal.jdbc.copy.WireType;
import dev.diagonal.internal.jdbc.copy.WireValue;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sums what the relationships of a batch add to the ends of one table, per id. Ids are compared by
 * their bytes; ids that are equal but differ in bytes are combined by the fold.
 */
final class DeltaSums {

  /** Marks a counter, which adds 1 instead of a field. */
  static final int COUNTER = -1;

  private static final int MIN_SLOTS = 1 << 10;

  /**
   * Describes where values are read from and written to.
   *
   * @param columns of the table of deltas
   * @param elements the element types of the arrays; 0 for a column that is not an array
   * @param sourceField the index of the source in a relationship's row
   * @param targetField the index of the target
   * @param valueFields for each sum the index of the field that is added, or {@link #COUNTER}
   * @param wholes for each sum whether a whole number is added; else a decimal is
   * @param copy the COPY statement
   */
  record Layout(
      DeltaTable deltas,
      List<WireColumn> columns,
      List<Integer> elements,
      int sourceField,
      int targetField,
      List<Integer> valueFields,
      List<Boolean> wholes,
      String copy) {}

  private final Layout layout;
  private final WireRows edges;
  private final boolean[] ofSource;
  private final boolean[] ofTarget;
  private final int[] fields;

  /** For each slot of the hash table the number of an id plus one; 0 if the slot is free. */
  private int[] slots = new int[MIN_SLOTS];

  private int[] idAt = new int[MIN_SLOTS];
  private final int[][] counts;
  private final @Nullable BigDecimal[][] totals;
  private int ids;

  DeltaSums(Layout layout, WireRows edges) {
    this.layout = layout;
    this.edges = edges;
    int sums = layout.valueFields().size();
    this.ofSource = new boolean[sums];
    this.ofTarget = new boolean[sums];
    this.fields = layout.valueFields().stream().mapToInt(Integer::intValue).toArray();
    this.counts = new int[sums][];
    this.totals = new BigDecimal[sums][];
    for (int i = 0; i < sums; i++) {
      ofSource[i] = layout.deltas().of().sums().get(i).end().equals(EndSums.SOURCE);
      ofTarget[i] = !ofSource[i];
      if (fields[i] == COUNTER) {
        counts[i] = new int[MIN_SLOTS];
      } else {
        totals[i] = new BigDecimal[MIN_SLOTS];
      }
    }
  }

  /** Adds a relationship. Returns false if an id is null or a number cannot be summed here. */
  boolean add(int row) {
    return add(row, layout.sourceField(), ofSource) && add(row, layout.targetField(), ofTarget);
  }

  private boolean add(int row, int idField, boolean[] sums) {
    int id = -1;
    for (int i = 0; i < sums.length; i++) {
      if (!sums[i]) {
        continue;
      }
      if (id < 0) {
        int at = edges.fieldOf(row, idField);
        if (edges.lengthAt(at) < 0) {
          return false;
        }
        id = idOf(at);
      }
      if (fields[i] == COUNTER) {
        counts[i][id]++;
      } else if (!addTotal(i, id, edges.fieldOf(row, fields[i]))) {
        return false;
      }
    }
    return true;
  }

  private boolean addTotal(int sum, int id, int at) {
    if (edges.lengthAt(at) < 0) {
      return true; // null counts as 0
    }
    BigDecimal value =
        layout.wholes().get(sum)
            ? BigDecimal.valueOf(WireValue.whole(edges.array(), at, edges.lengthAt(at)))
            : WireValue.decimal(edges.array(), at);
    if (value == null) {
      return false; // NaN or infinite
    }
    BigDecimal before = totals[sum][id];
    totals[sum][id] = before == null ? value : before.add(value);
    return true;
  }

  /** Returns the number of the id whose length is stored at {@code at}. */
  private int idOf(int at) {
    byte[] bytes = edges.array();
    int end = at + Integer.BYTES + edges.lengthAt(at);
    int mask = slots.length - 1;
    int slot = KeyHash.of(bytes, at, end) & mask;
    while (slots[slot] != 0) {
      int other = idAt[slots[slot] - 1];
      int otherEnd = other + Integer.BYTES + edges.lengthAt(other);
      if (Arrays.equals(bytes, at, end, bytes, other, otherEnd)) {
        return slots[slot] - 1;
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = ids + 1;
    if (ids == idAt.length) {
      grow();
    }
    idAt[ids] = at;
    ids++;
    if (2 * ids > slots.length) {
      rehash();
    }
    return ids - 1;
  }

  private void grow() {
    int size = 2 * ids;
    idAt = Arrays.copyOf(idAt, size);
    for (int i = 0; i < fields.length; i++) {
      if (fields[i] == COUNTER) {
        counts[i] = Arrays.copyOf(counts[i], size);
      } else {
        totals[i] = Arrays.copyOf(totals[i], size);
      }
    }
  }

  private void rehash() {
    byte[] bytes = edges.array();
    slots = new int[2 * slots.length];
    int mask = slots.length - 1;
    for (int id = 0; id < ids; id++) {
      int end = idAt[id] + Integer.BYTES + edges.lengthAt(idAt[id]);
      int slot = KeyHash.of(bytes, idAt[id], end) & mask;
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = id + 1;
    }
  }

  /** Copies the deltas to the server, in rows of at most {@link DeltaSql#MAX_IDS} ids. */
  void copy(Connection connection) throws SQLException {
    int rows = (ids + DeltaSql.MAX_IDS - 1) / DeltaSql.MAX_IDS;
    WireRows deltas =
        new WireRows(
            layout.deltas().table(),
            layout.columns(),
            Math.max(1, rows),
            ids * 12 * (fields.length + 1));
    try {
      for (int row = 0; row < rows; row++) {
        int from = row * DeltaSql.MAX_IDS;
        int to = Math.min(ids, from + DeltaSql.MAX_IDS);
        deltas.add((unused, values) -> put((WireRows) values, from, to), row);
      }
    } catch (SQLException | RuntimeException fault) {
      throw fault;
    } catch (Exception impossible) {
      throw new IllegalStateException(impossible);
    }
    deltas.copy(connection, layout.copy(), IntStream.range(0, rows).toArray(), 0, rows);
  }

  private void put(WireRows deltas, int from, int to) {
    ByteBuilder array = new ByteBuilder((to - from) * 12 + 20);
    startArray(array, layout.elements().get(0), to - from);
    for (int id = from; id < to; id++) {
      int at = idAt[id];
      array.put(edges.array(), at, at + Integer.BYTES + edges.lengthAt(at));
    }
    deltas.putEncoded(array);
    for (int i = 0; i < fields.length; i++) {
      array.clear();
      startArray(array, layout.elements().get(i + 1), to - from);
      for (int id = from; id < to; id++) {
        if (fields[i] == COUNTER) {
          array.putInt(Integer.BYTES);
          array.putInt(counts[i][id]);
        } else {
          BigDecimal total = totals[i][id];
          WireValue.put(array, WireType.NUMERIC, total == null ? BigDecimal.ZERO : total);
        }
      }
      deltas.putEncoded(array);
    }
    deltas.putInt(to - from);
  }

  /** Writes the header of a one-dimensional array without nulls ({@code array_send}). */
  private static void startArray(ByteBuilder out, int element, int size) {
    out.putInt(1);
    out.putInt(0);
    out.putInt(element);
    out.putInt(size);
    out.putInt(1);
  }
}
