package dev.diagonal.jdbc.relationships;

import dev.diagonal.internal.jdbc.copy.WireColumn;
import dev.diagonal.internal.jdbc.copy.WireRows;
import dev.diagonal.internal.jdbc.copy.WireType;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.KeyOrder;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.jdbc.table.RowTriggers;
import dev.diagonal.jdbc.relationships.EndSums.Sum;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Copies relationships in binary directly into their table, sorted by key, together with the deltas
 * for their ends, which are summed here. All relationships must be new: an existing key fails both
 * copies.
 *
 * <p>Keys are sorted in the server's own order, so that concurrent copies and inserts of the same
 * keys never deadlock.
 */
final class StraightCopy<T> {

  /** The types that the server orders and compares by their bytes and never rounds. */
  private static final Set<WireType> EXACT =
      Set.of(WireType.INT2, WireType.INT4, WireType.INT8, WireType.UUID, WireType.TEXT);

  private static final Set<WireType> WHOLE = Set.of(WireType.INT2, WireType.INT4, WireType.INT8);

  private static final String ELEMENTS =
      """
      SELECT a.attname, t.typelem::bigint FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = to_regclass(?) AND a.attnum > 0
      """;

  private static final int ROW_BYTES = 64;

  private final UpsertRelationships<T> upsert;
  private final List<WireColumn> columns;
  private final boolean signedKey;
  private final String copyEdges;
  private final List<DeltaSums.Layout> deltas;

  private StraightCopy(
      UpsertRelationships<T> upsert, List<WireColumn> columns, List<DeltaSums.Layout> deltas) {
    Table edges = upsert.tables().edges();
    this.upsert = upsert;
    this.columns = columns;
    int key = edges.columns().indexOf(edges.keyColumns().get(0));
    this.signedKey = WHOLE.contains(columns.get(key).type());
    this.copyEdges = copy(edges);
    this.deltas = deltas;
  }

  private static String copy(Table table) {
    return "COPY %s (%s) FROM STDIN BINARY"
        .formatted(PostgresSql.quoteTable(table.name()), PostgresSql.names(table.columns()));
  }

  /**
   * Returns a copy into these tables. Returns null if the sums could differ from what the server
   * stores, or if the server could sort equal keys in another order.
   */
  static <T> @Nullable StraightCopy<T> of(Connection connection, UpsertRelationships<T> upsert)
      throws SQLException {
    RelationshipTables tables = upsert.tables();
    Table edges = tables.edges();
    FoundTable found = FoundTable.find(connection, edges.name());
    if (found == null
        || !found.takesCopy()
        || edges.keyColumns().size() != 1
        || RowTriggers.of(edges.name()).onInsert(connection)) {
      return null; // a trigger may drop or change a row, and the sums here would not reflect that
    }
    List<WireColumn> columns = WireColumn.of(found, edges);
    if (columns.stream().anyMatch(WireColumn::isCast)) {
      return null;
    }
    for (String exact :
        List.of(edges.keyColumns().get(0).name(), tables.source(), tables.target())) {
      WireColumn column = columns.get(place(columns, exact));
      if (!EXACT.contains(column.type())
          || !column.found().type().equals(column.found().baseType())) {
        return null;
      }
    }
    List<DeltaSums.Layout> deltas = new ArrayList<>();
    for (DeltaTable each : DeltaTable.of(tables)) {
      for (Sum sum : each.of().sums()) {
        if (sum.of() != null && !isExact(columns.get(place(columns, sum.of())), sum)) {
          return null;
        }
      }
      deltas.add(layout(connection, tables, each, columns));
    }
    return new StraightCopy<>(upsert, columns, deltas);
  }

  /**
   * Returns the index of the column of that name; {@link RelationshipTables} has checked that it
   * exists.
   */
  private static int place(List<WireColumn> columns, String name) {
    int place = 0;
    while (!columns.get(place).column().name().equals(name)) {
      place++;
    }
    return place;
  }

  /** Returns whether both sides sum the values without rounding. */
  private static boolean isExact(WireColumn column, Sum sum) {
    boolean isUnsizedNumeric =
        column.type() == WireType.NUMERIC && column.found().type().equals("numeric");
    return (isUnsizedNumeric || WHOLE.contains(column.type()))
        && DeltaTable.elementOf(sum).equals("numeric");
  }

  private static DeltaSums.Layout layout(
      Connection connection, RelationshipTables tables, DeltaTable deltas, List<WireColumn> columns)
      throws SQLException {
    Map<String, Integer> elements = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(ELEMENTS)) {
      statement.setString(1, PostgresSql.quoteTable(deltas.table().name()));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          elements.put(result.getString(1), (int) result.getLong(2));
        }
      }
    }
    FoundTable found = FoundTable.find(connection, deltas.table().name());
    if (found == null) {
      throw new SQLException("table %s does not exist".formatted(deltas.table().name()), "42P01");
    }
    return new DeltaSums.Layout(
        deltas,
        WireColumn.of(found, deltas.table()),
        deltas.table().columns().stream()
            .map(Column::name)
            .map(name -> elements.getOrDefault(name, 0))
            .toList(),
        place(columns, tables.source()),
        place(columns, tables.target()),
        deltas.of().sums().stream()
            .map(sum -> sum.of() == null ? DeltaSums.COUNTER : place(columns, sum.of()))
            .toList(),
        deltas.of().sums().stream()
            .map(
                sum ->
                    sum.of() != null
                        && WHOLE.contains(columns.get(place(columns, sum.of())).type()))
            .toList(),
        copy(deltas.table()));
  }

  /**
   * An encoded batch.
   *
   * @param order the rows to copy, by key; the first row per key
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Encoded(WireRows edges, int[] order, String copyEdges, List<DeltaSums> sums) {

    /**
     * Copies the relationships, then the deltas, and does not commit.
     *
     * @throws SQLException with SQLState 23505 if a key exists
     */
    void copy(Connection connection) throws SQLException {
      edges.copy(connection, copyEdges, order, 0, order.length);
      for (DeltaSums each : sums) {
        each.copy(connection);
      }
    }
  }

  /**
   * Encodes a batch, sorted by key and without duplicates. Returns null if COPY cannot take a value
   * or an end; the insert then reports the exact error.
   */
  @Nullable Encoded encode(List<T> rows) throws Exception {
    WireRows edges =
        new WireRows(upsert.tables().edges(), columns, rows.size(), rows.size() * ROW_BYTES);
    try {
      for (T row : rows) {
        edges.add(upsert.binder(), row);
      }
    } catch (IllegalArgumentException refused) {
      return null;
    }
    int[] first = firstOfEach(edges);
    List<DeltaSums> sums = new ArrayList<>();
    for (DeltaSums.Layout each : deltas) {
      DeltaSums summed = new DeltaSums(each, edges);
      for (int row : first) {
        if (!summed.add(row)) {
          return null;
        }
      }
      sums.add(summed);
    }
    return new Encoded(edges, first, copyEdges, sums);
  }

  /** Returns the rows in the order of their keys, the first row per key. */
  private int[] firstOfEach(WireRows edges) {
    IntBinaryOperator compare = signedKey ? edges::compareSignedKeys : edges::compareKeys;
    int[] order = KeyOrder.ofAll(edges.size(), compare).all();
    int kept = 1;
    for (int i = 1; i < order.length; i++) {
      if (compare.applyAsInt(order[kept - 1], order[i]) != 0) {
        order[kept++] = order[i];
      }
    }
    return Arrays.copyOf(order, kept);
  }
}
