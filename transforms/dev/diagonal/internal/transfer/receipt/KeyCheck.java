package dev.diagonal.internal.transfer.receipt;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;
import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.jdbc.table.Column;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Looks rows up in a table by their key and compares them with those that were sent. Thread-safe.
 */
public final class KeyCheck {

  private static final int MOST_EXAMPLES = 5;

  private final JdbcRows target;
  private final List<Column> key;
  private final List<ComparedColumn> sent;
  private final List<ComparedColumn> sentKey;
  private final List<ComparedColumn> found;
  private final List<ComparedColumn> foundKey;
  private final RowSum.Adder adder = new RowSum.Adder();
  private final List<String> examples = new ArrayList<>();
  private long missing;
  private long differing;

  /**
   * @param target the table, in a snapshot after the write
   * @param sent the columns of the rows that were sent
   * @param found the same columns, in the same order, of the table
   * @param keyColumns the positions of the key columns in both lists
   */
  public KeyCheck(
      JdbcRows target,
      List<Column> key,
      List<ComparedColumn> sent,
      List<ComparedColumn> found,
      List<Integer> keyColumns) {
    this.target = target;
    this.key = List.copyOf(key);
    this.sent = List.copyOf(sent);
    this.sentKey = keyColumns.stream().map(sent::get).toList();
    this.found = List.copyOf(found);
    this.foundKey = keyColumns.stream().map(found::get).toList();
  }

  /**
   * Reads the sent rows again, and looks them up.
   *
   * @return how many of them the table has, and their checksum
   */
  public RowSum run(TypedRows rows, int readers) throws Exception {
    rows.read(readers, () -> this::compare, line -> {});
    return adder.sum();
  }

  /** Describes missing and different rows, or says that there are none. */
  public synchronized String differences() {
    return missing + differing == 0
        ? "each key has the row that was sent for it"
        : String.format(
            Locale.ROOT,
            "%,d keys are missing and %,d have other rows: %s%s",
            missing,
            differing,
            String.join("; ", examples),
            missing + differing > examples.size() ? "; …" : "");
  }

  private void compare(RowBlock block) throws Exception {
    Map<Checksum, Checksum> rows = lookUp(block);
    RowHasher hasher = new RowHasher(sent);
    RowHasher keys = new RowHasher(sentKey);
    RowSum sum = RowSum.NONE;
    for (int row = 0; row < block.rows(); row++) {
      Checksum its = rows.get(keys.of(block, row));
      if (its == null) {
        note(block, row, true);
        continue;
      } else if (!its.equals(hasher.of(block, row))) {
        note(block, row, false);
      }
      sum = sum.plus(new RowSum(1, its));
    }
    adder.add(sum);
  }

  private Map<Checksum, Checksum> lookUp(RowBlock block) throws Exception {
    Map<Checksum, Checksum> rows = new HashMap<>();
    RowHasher hasher = new RowHasher(found);
    RowHasher keys = new RowHasher(foundKey);
    try (RowBlockReader reader = target.matching(condition(block), block.rows())) {
      for (RowBlock next = reader.next(TypedRows.failing());
          next != null;
          next = reader.next(TypedRows.failing())) {
        for (int row = 0; row < next.rows(); row++) {
          rows.put(keys.of(next, row), hasher.of(next, row));
        }
      }
    }
    return rows;
  }

  private String condition(RowBlock block) {
    List<String> tuples = new ArrayList<>(block.rows());
    for (int row = 0; row < block.rows(); row++) {
      List<String> values = new ArrayList<>();
      for (int i = 0; i < key.size(); i++) {
        values.add("%s::%s".formatted(literal(block, row, i), key.get(i).type()));
      }
      tuples.add("(" + String.join(",", values) + ")");
    }
    return "(%s) IN (VALUES %s)"
        .formatted(
            key.stream().map(column -> quote(column.name())).collect(joining(",")),
            String.join(",", tuples));
  }

  private String literal(RowBlock block, int row, int keyColumn) {
    int column = sentKey.get(keyColumn).index();
    return block.isNull(row, column) ? "NULL" : PostgresSql.literal(text(block, row, column));
  }

  private static String text(RowBlock block, int row, int column) {
    ByteBuilder text = new ByteBuilder(32);
    ValueFormatter.put(block, row, column, text);
    return text.toString();
  }

  private synchronized void note(RowBlock block, int row, boolean isMissing) {
    missing += isMissing ? 1 : 0;
    differing += isMissing ? 0 : 1;
    if (examples.size() < MOST_EXAMPLES) {
      List<String> values = new ArrayList<>();
      for (int i = 0; i < key.size(); i++) {
        values.add(key.get(i).name() + " = " + literal(block, row, i));
      }
      examples.add((isMissing ? "missing: " : "different: ") + String.join(", ", values));
    }
  }
}
