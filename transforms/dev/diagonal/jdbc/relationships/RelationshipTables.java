package dev.diagonal.jdbc.relationships;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.table.RowTriggers;
import dev.diagonal.internal.metrics.Warnings;
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
 * The tables that relationships are written to: one with a row per relationship, and one or two
 * with a row per end, which count them. Sources and targets may share a table.
 *
 * @param edges the table of the relationships; its key decides which relationships are new
 * @param source the column of {@code edges} with the id of the source
 * @param target the column of {@code edges} with the id of the target
 * @param sources the table that counts {@code source}
 * @param targets the table that counts {@code target}; of the same name as {@code sources} if both
 *     ends share it
 */
public record RelationshipTables(
    Table edges, String source, String target, EndTable sources, EndTable targets)
    implements Serializable {

  /**
   * Every batch updates rows of ends. With 40 ms transactions of 8 workers, a quarter of the
   * updates did not fit into full pages; half-empty pages made the load 10 % faster.
   */
  private static final int END_FILLFACTOR = 50;

  private static final String FROM_ZERO = " NOT NULL DEFAULT 0";

  /**
   * @throws IllegalArgumentException if {@code edges} lacks a named column, a table of ends is also
   *     that of the relationships, two ends of one table differ in their id column or type, or a
   *     column is used twice
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
    // Refuses tables that cannot be created.
    endTables(edges, source, target, sources, targets);
  }

  /** Returns whether one table counts both ends. */
  public boolean isOneTable() {
    return sources.name().equals(targets.name());
  }

  /** Returns the tables of ends, one or two, with all columns that they are created with. */
  public List<Table> endTables() {
    return endTables(edges, source, target, sources, targets);
  }

  /**
   * Creates missing tables, as {@link CreateTable#ifMissing} does.
   *
   * @throws dev.diagonal.fault.TargetMismatchException if one exists with another layout
   * @throws SQLException if the database cannot be reached or refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void createIfMissing(JdbcTarget database) throws SQLException, InterruptedException {
    CreateTable.ifMissing(database, edges);
    for (Table ends : endTables()) {
      CreateTable.ifMissing(database, ends);
      boolean mayDrop =
          RetriedTransaction.in(database, "look at table " + ends.name())
              .run(RowTriggers.of(ends.name())::onUpsert);
      if (mayDrop) {
        Warnings.warn(
            "table %s has triggers or rules: the counts of nodes that they drop or change are lost, and the summary does not show them"
                .formatted(ends.name()));
      }
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

  /** Returns the column of a table with the given name. */
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
