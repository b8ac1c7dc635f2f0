package dev.diagonal.jdbc.relationships;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.io.Serializable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The tables that relationships are written to: one with a row a relationship, and one with a row
 * an end, which counts them. The sources and the targets may stand in one table or in two.
 *
 * @param edges the table of the relationships; their key tells new ones from known ones
 * @param source the column of {@code edges} that holds the one end's id
 * @param target the column of {@code edges} that holds the other end's id
 * @param sources where {@code source} is counted
 * @param targets where {@code target} is counted; of the same name if both ends are of one kind
 */
public record RelationshipTables(
    Table edges, String source, String target, EndTable sources, EndTable targets)
    implements Serializable {

  /**
   * Rows of ends are updated with every batch. With 40 ms transactions of 8 workers a quarter of
   * the updates did not fit into full pages; half empty ones made the load a tenth faster.
   */
  private static final int END_FILLFACTOR = 50;

  private static final String FROM_ZERO = " NOT NULL DEFAULT 0";

  /**
   * @throws IllegalArgumentException if a column is named that {@code edges} does not have, ends
   *     stand in the table of the relationships, both ends stand in one table with different id
   *     columns or types, or in a column twice
   */
  public RelationshipTables {
    column(edges, source);
    column(edges, target);
    checkArgument(
        !source.equals(target), "source and target must be two columns, got %s twice", source);
    for (EndTable end : List.of(sources, targets)) {
      checkArgument(
          !end.name().equals(edges.name()),
          "the relationships and their ends must have tables of their own, got %s for both",
          end.name());
      if (end.total() != null) {
        column(edges, end.total().of());
      }
    }
    if (sources.name().equals(targets.name())) {
      checkArgument(
          sources.id().equals(targets.id()),
          "table %s must have one id column, got %s and %s",
          sources.name(),
          sources.id(),
          targets.id());
      checkArgument(
          column(edges, source).type().equals(column(edges, target).type()),
          "source and target of table %s must have one type, got %s and %s",
          sources.name(),
          column(edges, source).type(),
          column(edges, target).type());
    }
    // Refuses what no table can be made of.
    endTables(edges, source, target, sources, targets);
  }

  /** Whether one table counts both ends. */
  public boolean isOneTable() {
    return sources.name().equals(targets.name());
  }

  /** Returns the tables of the ends, one or two, with all columns they are created with. */
  public List<Table> endTables() {
    return endTables(edges, source, target, sources, targets);
  }

  /**
   * Creates the tables that are missing, by {@link CreateTable#ifMissing}.
   *
   * @throws dev.diagonal.fault.TargetMismatchException if one is there with another shape
   * @throws SQLException if the database cannot be reached, or refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void createIfMissing(JdbcTarget database) throws SQLException, InterruptedException {
    CreateTable.ifMissing(database, edges);
    for (Table ends : endTables()) {
      CreateTable.ifMissing(database, ends);
    }
  }

  private static List<Table> endTables(
      Table edges, String source, String target, EndTable sources, EndTable targets) {
    Column sourceId = column(edges, source);
    Column targetId = column(edges, target);
    return sources.name().equals(targets.name())
        ? List.of(endTable(sourceId, sources, targets))
        : List.of(endTable(sourceId, sources), endTable(targetId, targets));
  }

  private static Table endTable(Column edgeId, EndTable... ends) {
    LinkedHashSet<Column> further = new LinkedHashSet<>();
    List<Column> counted = new ArrayList<>();
    for (EndTable end : ends) {
      further.addAll(end.further());
      counted.add(Column.of(end.counter(), "bigint" + FROM_ZERO));
    }
    for (EndTable end : ends) {
      EndTable.Total total = end.total();
      if (total != null) {
        counted.add(Column.of(total.column(), total.type() + FROM_ZERO));
      }
    }
    List<Column> columns = new ArrayList<>();
    columns.add(Column.key(ends[0].id(), edgeId.type()));
    columns.addAll(further);
    columns.addAll(counted);
    return new Table(ends[0].name(), columns).withFillfactor(END_FILLFACTOR);
  }

  /** Returns a column of a table by its name. */
  private static Column column(Table table, String name) {
    return table.columns().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "table %s must have a column %s, got %s"
                        .formatted(table.name(), name, table.columns())));
  }
}
