package dev.diagonal.jdbc.relationships;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.table.FoundColumn;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.jdbc.table.TableRights;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.EndSums.Sum;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of deltas of a table of ends, and the view that adds the two up.
 *
 * <p>Both are created in the schema of the table of ends, not in Diagonal's own schema. Together
 * the tables hold the user's counts: one dump, one grant or one {@code DROP SCHEMA} covers them
 * all, and {@code clean} never removes them.
 *
 * @param of the table of ends
 * @param table the table of the deltas
 * @param view the name of the view
 */
record DeltaTable(EndSums of, Table table, String view) {

  private static final String DELTAS = "_deltas";
  private static final String NOW = "_now";
  private static final String ENTRIES = "entries";

  /**
   * Returns the delta tables of all tables of ends.
   *
   * @throws IllegalArgumentException if a name would be too long
   */
  static List<DeltaTable> of(RelationshipTables tables) {
    return EndSums.of(tables).stream().map(DeltaTable::of).toList();
  }

  private static DeltaTable of(EndSums ends) {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.of(ends.id().name(), ends.id().type() + "[]"));
    for (Sum sum : ends.sums()) {
      columns.add(Column.of(sum.column(), elementOf(sum) + "[]"));
    }
    String[] names = columns.stream().map(Column::name).toArray(String[]::new);
    columns.add(Column.of(PostgresSql.unlike(ENTRIES, names), "integer"));
    String name = ends.table().name();
    String view = new Table(name + NOW, columns).name(); // refuses a name that is too long
    return new DeltaTable(ends, new Table(name + DELTAS, columns), view);
  }

  /** Returns the column with the number of ids in a row, which is cheaper to read than the ids. */
  String entries() {
    return table.columns().get(table.columns().size() - 1).name();
  }

  /**
   * Returns the type of one delta. A batch has fewer relationships than an {@code integer} can
   * count.
   */
  static String elementOf(Sum sum) {
    return sum.isCounter() ? "integer" : sum.type().replaceFirst("\\(.*\\)", "");
  }

  /** Returns the statements that complete the table after it is created. */
  private List<String> completion() {
    String name = PostgresSql.quoteTable(table.name());
    List<String> statements = new ArrayList<>();
    for (Column column : table.columns().subList(0, table.columns().size() - 1)) {
      // Compressing ids takes longer than writing them.
      statements.add(
          "ALTER TABLE %s ALTER %s SET STORAGE EXTERNAL"
              .formatted(name, PostgresSql.quote(column.name())));
    }
    statements.add(
        "ALTER TABLE %s ADD CONSTRAINT id_not_null CHECK (array_position(%s, NULL) IS NULL)"
            .formatted(name, PostgresSql.quote(of.id().name())));
    return statements;
  }

  /**
   * Creates missing tables and views.
   *
   * @throws TargetMismatchException if a table of that name exists with another layout
   * @throws SQLException if the database cannot be reached or refuses; the message includes the
   *     GRANT if a privilege is missing
   */
  static void createIfMissing(JdbcTarget database, List<DeltaTable> deltas)
      throws SQLException, InterruptedException {
    for (DeltaTable each : deltas) {
      CreateTable.ifMissing(database, each.table, each.completion());
      CreateTable.viewUnlessFound(database, each.view, DeltaSql.createView(each));
      each.requireRights(database);
    }
  }

  private void requireRights(JdbcTarget database) throws SQLException, InterruptedException {
    List<String> names = table.columns().stream().map(Column::name).toList();
    TableRights.Needs needs = new TableRights.Needs(names, names, List.of(), true);
    boolean unused =
        RetriedTransaction.in(database, "look at table " + table.name())
            .run(
                connection -> {
                  FoundTable found = FoundTable.find(connection, table.name());
                  if (found != null) {
                    TableRights.require(connection, found, needs, false);
                  }
                  return true;
                });
  }

  /**
   * Returns whether all of them exist.
   *
   * @throws TargetMismatchException if one has deltas of other columns, which a fold would lose
   */
  static boolean exist(Connection connection, List<DeltaTable> deltas) throws SQLException {
    for (DeltaTable each : deltas) {
      FoundTable found = FoundTable.find(connection, each.table.name());
      if (found == null) {
        return false;
      }
      each.requireSameColumns(found);
    }
    return true;
  }

  private void requireSameColumns(FoundTable found) {
    List<String> names = table.columns().stream().map(Column::name).toList();
    List<String> differences = new ArrayList<>();
    for (FoundColumn column : found.columns()) {
      if (!names.contains(column.name())) {
        differences.add("column %s: this run does not add it up".formatted(column.name()));
      }
    }
    for (String name : names) {
      if (found.column(name) == null) {
        differences.add("column %s: the runs before did not add it up".formatted(name));
      }
    }
    if (!differences.isEmpty()) {
      differences.add(
          "fold with the options of the runs before (load-edges: --edgeColumns, --totalColumn, --fold), then DROP TABLE %s CASCADE"
              .formatted(PostgresSql.quoteTable(table.name())));
      throw new TargetMismatchException("table " + table.name(), differences);
    }
  }
}
