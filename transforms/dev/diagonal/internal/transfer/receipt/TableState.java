package dev.diagonal.internal.transfer.receipt;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.table.FoundColumn;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.rows.FieldType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The properties of a PostgreSQL table, before rows are written to it, that decide whether its rows
 * can be compared afterwards.
 *
 * @param empty whether it has no rows
 * @param problems why its rows cannot be compared; empty if they can
 * @param columns how the written columns are compared, with their positions in the rows
 */
public record TableState(boolean empty, List<String> problems, List<ComparedColumn> columns) {

  /** Finds triggers and rules of the table and its partitions, and enum columns. */
  private static final String CHANGES =
      """
      WITH tables AS (SELECT to_regclass(?)::oid AS relation
        UNION SELECT relid FROM pg_partition_tree(to_regclass(?)))
      SELECT 'trigger', tgname::text FROM pg_trigger JOIN tables ON relation = tgrelid
      WHERE NOT tgisinternal AND tgenabled <> 'D'
      UNION ALL
      SELECT 'rule', rulename::text FROM pg_rewrite JOIN tables ON relation = ev_class
      WHERE rulename <> '_RETURN' AND ev_enabled <> 'D'
      UNION ALL
      SELECT 'enum', attname::text FROM pg_attribute
      JOIN pg_type ON pg_type.oid = atttypid AND typtype = 'e' WHERE attrelid = to_regclass(?)
      ORDER BY 1, 2
      """;

  private static final Pattern CHARACTERS = Pattern.compile("character\\((\\d+)\\)");

  /** Types whose texts are read back as they were sent, apart from trailing blanks of char(n). */
  private static final Set<String> TEXTS = Set.of("text", "varchar", "bpchar");

  public TableState {
    problems = List.copyOf(problems);
    columns = List.copyOf(columns);
  }

  /**
   * Inspects a table.
   *
   * @param table the written columns
   * @param sent the type of the rows
   */
  public static TableState of(JdbcTarget database, Table table, RowType sent)
      throws SQLException, InterruptedException {
    RetriedTransaction look = RetriedTransaction.in(database, "look at table " + table.name());
    Optional<FoundTable> found =
        look.run(connection -> Optional.ofNullable(FoundTable.find(connection, table.name())));
    if (found.isEmpty()) {
      return new TableState(true, List.of(), ofMissing(table, sent));
    }
    RowType read = JdbcRows.ofTable(database, table.name(), null, 1, null).declared();
    return look.run(connection -> of(connection, found.get(), table, sent, read));
  }

  /** Returns the columns of a table that will be created with the types of the rows. */
  private static List<ComparedColumn> ofMissing(Table table, RowType sent) {
    List<ComparedColumn> columns = new ArrayList<>();
    for (Column column : table.columns()) {
      int index = sent.indexOf(column.name());
      columns.add(new ComparedColumn(index, Canonical.of(sent.field(index).type()), 0));
    }
    return columns;
  }

  private static TableState of(
      Connection connection, FoundTable found, Table table, RowType sent, RowType read)
      throws SQLException {
    List<String> problems = new ArrayList<>();
    Set<String> enums = new HashSet<>();
    String name = quoteTable(table.name());
    try (PreparedStatement statement = connection.prepareStatement(CHANGES)) {
      for (int i = 1; i <= 3; i++) {
        statement.setString(i, name);
      }
      try (ResultSet changes = statement.executeQuery()) {
        while (changes.next()) {
          if (changes.getString(1).equals("enum")) {
            enums.add(changes.getString(2));
          } else {
            problems.add(
                "the %s %s may change rows".formatted(changes.getString(1), changes.getString(2)));
          }
        }
      }
    }
    if (found.rowSecurity()) {
      problems.add("row-level security may hide rows");
    }
    List<ComparedColumn> columns = new ArrayList<>();
    for (Column column : table.columns()) {
      FoundColumn its = found.column(column.name());
      int index = sent.indexOf(column.name());
      FieldType type = sent.field(index).type();
      FieldType back = read.field(read.indexOf(column.name())).type();
      Canonical kind = Canonical.of(type, back);
      boolean text = back != FieldType.TEXT || enums.contains(column.name());
      if (its == null || kind == null || !(text || TEXTS.contains(its.pgName()))) {
        problems.add(
            "column %s is %s in the table but %s in the rows: a mapping can convert it"
                .formatted(column.name(), column.type(), type.lowerName()));
        continue;
      }
      boolean padded = kind == Canonical.TEXT && its.pgName().equals("bpchar");
      Matcher length = CHARACTERS.matcher(its.type());
      columns.add(
          new ComparedColumn(
              index,
              padded ? Canonical.PADDED : kind,
              padded && length.matches() ? Integer.parseInt(length.group(1)) : 0));
    }
    return new TableState(isEmpty(connection, name), problems, columns);
  }

  private static boolean isEmpty(Connection connection, String table) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT NOT EXISTS (SELECT FROM " + table + ")");
        ResultSet found = statement.executeQuery()) {
      found.next();
      return found.getBoolean(1);
    }
  }
}
