package dev.diagonal.internal.transfer.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.jdbc.sql.Identifiers;
import dev.diagonal.internal.jdbc.table.FoundColumn;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.internal.jdbc.table.TableRights;
import dev.diagonal.internal.jdbc.table.TableShape;
import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.rows.FieldType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table of a database that rows are written to. */
public final class TargetTable {

  private TargetTable() {}

  /**
   * Returns the table that rows of a type make, with the key columns as its primary key.
   *
   * @param source what the rows are read from, for a message
   * @throws IllegalArgumentException if a column's name is too long
   */
  static Table of(String name, String source, RowType rows, List<String> key) {
    for (String column : key) {
      int unused = Columns.indexOf(rows, column);
    }
    for (String column : rows.names()) {
      checkArgument(
          Identifiers.fits(column),
          "the name of column '%s' of %s has %s bytes, and a column of table %s may have %s: rename"
              + " it with --mapping and columns: [{name: short, from: '%s'}, …]",
          column,
          source,
          column.getBytes(UTF_8).length,
          name,
          Identifiers.MAX_BYTES,
          column);
    }
    return new Table(
        name,
        rows.fields().stream()
            .map(field -> new Column(field.name(), field.sqlType(), key.contains(field.name())))
            .toList());
  }

  /**
   * Returns the existing table with those of its columns that rows have and that can be written. If
   * it does not exist, returns the table that would be created for the rows. Generated columns are
   * left out.
   *
   * @param source what the rows are read from, for a message
   * @param mode how rows are written
   * @param replaces whether all rows are deleted before
   * @throws TargetMismatchException if the table lacks a column
   * @throws SQLException if the database cannot be reached, or the user may not write the table;
   *     the message then includes the GRANT
   */
  public static Table find(
      JdbcTarget database,
      String name,
      String source,
      RowType rows,
      List<String> key,
      WriteMode mode,
      boolean replaces)
      throws SQLException, InterruptedException {
    if (StoreTable.isFor(database)) {
      return new StoreTable(database).find(name, source, rows, key, mode);
    }
    CreateTable.checkTarget(database);
    PostgresSql.checkColumns(name, rows.size());
    Table wanted = of(name, source, rows, key);
    return RetriedTransaction.in(database, "look at table " + name)
        .run(
            connection -> {
              FoundTable found = FoundTable.find(connection, name);
              if (found == null) {
                checkMayBeMissing(name, mode);
                return wanted;
              }
              Table table = new Table(name, columns(connection, found, wanted));
              TableRights.Needs needs = TableRights.Needs.of(mode, table);
              TableRights.require(connection, found, replaces ? needs.withDelete() : needs, false);
              if (replaces) {
                new ReplacedTable(name).require(connection);
              }
              return table;
            });
  }

  /**
   * Refuses to create a table in which rows are updated or deleted.
   *
   * @throws IllegalArgumentException if the mode writes to existing rows
   */
  static void checkMayBeMissing(String name, WriteMode mode) {
    checkArgument(
        mode != WriteMode.UPDATE && mode != WriteMode.DELETE,
        "table %s does not exist, so --mode=%s would find no row in it: name an existing table, or create it with --mode=upsert",
        name,
        mode.name().toLowerCase(Locale.ROOT));
  }

  private static List<Column> columns(Connection connection, FoundTable found, Table wanted)
      throws SQLException {
    List<String> names = found.columns().stream().map(FoundColumn::name).toList();
    List<Column> columns = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    MissingColumns missing = new MissingColumns(names);
    for (Column column : wanted.columns()) {
      FoundColumn its = found.column(column.name());
      if (its == null) {
        problems.add(missing.problem(column.name()));
      } else if (its.generated() && column.key()) {
        problems.add("column '%s': it is generated, and cannot be a key".formatted(column.name()));
      } else if (!its.generated()) {
        columns.add(
            new Column(
                column.name(),
                its.declaration(),
                its.identityAlways() ? Column.IDENTITY_ALWAYS : "",
                column.key()));
      }
    }
    missing.addKnown(problems);
    if (!problems.isEmpty()) {
      throw new TargetMismatchException(
          "table " + found.name(), TableShape.withAdvice(connection, found, problems));
    }
    return columns;
  }

  /**
   * Returns the types of a table's columns by name; none if the table is missing. Types without a
   * counterpart are text, which the database parses.
   */
  public static Map<String, NamedType> types(JdbcTarget database, String name)
      throws SQLException, InterruptedException {
    if (StoreTable.isFor(database)) {
      return new StoreTable(database).types(name);
    }
    CreateTable.checkTarget(database);
    return RetriedTransaction.in(database, "look at table " + name)
        .run(
            connection -> {
              Map<String, NamedType> types = new LinkedHashMap<>();
              FoundTable found = FoundTable.find(connection, name);
              if (found != null) {
                found.columns().forEach(each -> types.put(each.name(), typeOf(each.type())));
              }
              return types;
            });
  }

  private static NamedType typeOf(String sqlType) {
    if (sqlType.startsWith("numeric(") && sqlType.endsWith(")")) {
      return decimal(sqlType);
    }
    String bare = sqlType.replaceFirst("\\(.*?\\)", "").replace(" without time zone", "");
    FieldType type =
        bare.equals("json")
            ? FieldType.JSON
            : Arrays.stream(FieldType.values())
                .filter(each -> each.sqlType().equals(bare))
                .findFirst()
                .orElse(FieldType.TEXT);
    return new NamedType(type, null);
  }

  /** Leaves a negative scale, or one above the precision, to the database. */
  private static NamedType decimal(String sqlType) {
    try {
      return NamedType.of(sqlType.replace("numeric", "decimal"));
    } catch (IllegalArgumentException e) {
      return new NamedType(FieldType.DECIMAL, null);
    }
  }

  /**
   * Returns why rows of a transfer cannot be written to tables of a database, or null if they can.
   *
   * @param staged whether the rows are published at the end, as mode replace also needs
   * @param option of the command that needs the internal schema of PostgreSQL, or null
   */
  public static @Nullable String problem(
      JdbcTarget database, boolean staged, @Nullable String option) {
    return StoreTable.problem(database, staged, option);
  }

  /** Returns whether a database is a file that only processes of this machine can open. */
  public static boolean isLocal(JdbcTarget database) {
    return DatabaseKind.of(database.url()).isFile();
  }

  /**
   * Checks that a table can be written or created, for a dry run.
   *
   * @param table as {@link #find} returns it
   * @return what exists, or what would be created
   */
  public static String look(JdbcTarget database, Table table)
      throws SQLException, InterruptedException {
    return StoreTable.isFor(database)
        ? new StoreTable(database).look(table)
        : new TableCheck(database).table(table, null, table.keyColumns().isEmpty());
  }

  /**
   * Creates a table unless it exists; one with a key must have a unique index on exactly that key.
   *
   * @return the table to write, which another run may have created meanwhile
   * @throws TargetMismatchException if it does not fit
   */
  public static Table created(
      JdbcTarget database, Table table, String source, RowType rows, WriteMode mode)
      throws SQLException, InterruptedException {
    if (StoreTable.isFor(database)) {
      return new StoreTable(database).created(table, source, rows, mode);
    } else if (table.columns().stream().anyMatch(Column::key)) {
      CreateTable.ifMissing(database, table);
    } else {
      CreateTable.unlessFound(database, table);
    }
    return table;
  }
}
