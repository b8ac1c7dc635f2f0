package dev.diagonal.internal.jdbc.relationships;

import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.internal.jdbc.table.TableRights.Needs;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.EndTable.Total;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks the tables of relationships for a dry run, and changes nothing.
 *
 * @param database their database
 * @param tables the tables
 */
public record RelationshipCheck(JdbcTarget database, RelationshipTables tables) {

  /** Returns all tables: that of the relationships, then those of their ends. */
  public List<Table> all() {
    return Stream.concat(Stream.of(tables.edges()), tables.endTables().stream()).toList();
  }

  /**
   * Checks that relationships can be written to one of the tables.
   *
   * @return what exists, or what would be created
   * @throws dev.diagonal.fault.TargetMismatchException if it exists with another layout
   * @throws SQLException if the database refuses; the message includes the GRANT if a privilege is
   *     missing
   */
  public String look(Table table) throws SQLException, InterruptedException {
    Needs needs = table.equals(tables.edges()) ? ofEdges() : Needs.of(WriteMode.UPSERT, table);
    return new TableCheck(database).table(table, needs, false);
  }

  /** An insert returns the ends and the values that are summed at them. */
  private Needs ofEdges() {
    List<String> read = new ArrayList<>(names(tables.edges().keyColumns()));
    read.add(tables.source());
    read.add(tables.target());
    for (Total total : totals()) {
      read.add(total.of());
    }
    return new Needs(read, names(tables.edges().columns()), List.of(), false);
  }

  private List<Total> totals() {
    return Stream.of(tables.sources(), tables.targets())
        .flatMap(end -> Stream.ofNullable(end.total()))
        .toList();
  }

  private static List<String> names(List<Column> columns) {
    return columns.stream().map(Column::name).toList();
  }
}
