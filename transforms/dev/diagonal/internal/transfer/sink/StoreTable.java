package dev.diagonal.internal.transfer.sink;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.dialect.StoreDialect;
import dev.diagonal.internal.jdbc.dialect.StoredColumn;
import dev.diagonal.internal.jdbc.dialect.StoredTable;
import dev.diagonal.internal.jdbc.sql.DatabaseFile;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.rows.FieldType;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table of MariaDB, SQLite or DuckDB that rows are written to.
 *
 * @param database where it is
 */
record StoreTable(JdbcTarget database) {

  private static DatabaseKind kind(JdbcTarget database) {
    return DatabaseKind.of(database.url());
  }

  /** Returns whether tables of the database are written by its own dialect. */
  static boolean isFor(JdbcTarget database) {
    return switch (kind(database)) {
      case MARIADB, SQLITE, DUCKDB -> true;
      case POSTGRES, OTHER -> false;
    };
  }

  private StoreDialect dialect() {
    return StoreDialect.of(kind(database));
  }

  private Optional<StoredTable> found(String name) throws SQLException, InterruptedException {
    if (DatabaseFile.isMissing(database.url())) {
      return Optional.empty(); // a look creates nothing
    }
    return RetriedTransaction.in(database, "look at table " + name)
        .run(connection -> Optional.ofNullable(StoredTable.find(connection, dialect(), name)));
  }

  /**
   * Returns the existing table with those of its columns that rows have, or the one that would be
   * created. Generated columns are left out.
   *
   * @param source what the rows are read from, for a message
   * @throws TargetMismatchException if rows cannot be written to it in this mode
   */
  Table find(String name, String source, RowType rows, List<String> key, WriteMode mode)
      throws SQLException, InterruptedException {
    Table wanted = TargetTable.of(name, source, rows, key);
    StoredTable found = found(name).orElse(null);
    if (found == null) {
      TargetTable.checkMayBeMissing(name, mode);
      return new Table(name, dialect().created(rows.fields(), key));
    }
    return new Table(name, columns(found, wanted, rows, mode));
  }

  private List<Column> columns(StoredTable found, Table wanted, RowType rows, WriteMode mode) {
    List<String> names = found.columns().stream().map(StoredColumn::name).toList();
    List<Column> columns = new ArrayList<>();
    List<@Nullable String> problems = new ArrayList<>();
    problems.add(found.problem());
    MissingColumns missing = new MissingColumns(names);
    for (Column column : wanted.columns()) {
      StoredColumn its = found.column(column.name());
      if (its == null) {
        problems.add(missing.problem(column.name()));
      } else if (its.generated() && column.key()) {
        problems.add("column '%s': it is generated, and cannot be a key".formatted(column.name()));
      } else if (!its.generated()) {
        String problem = dialect().problem(its);
        if (problem == null) {
          FieldType given = rows.field(rows.indexOf(its.name())).type();
          problem = typeProblem(given, dialect().typeOf(its).type());
          columns.add(
              new Column(
                  its.name(),
                  its.type().replaceFirst("(?s)\\(.*'.*", ""), // texts, as those of an enum
                  its.notNull() ? "NOT NULL" : "",
                  column.key()));
        }
        problems.add(problem == null ? null : "column '%s': %s".formatted(its.name(), problem));
      }
    }
    missing.addKnown(problems);
    if (mode != WriteMode.INSERT && mode != WriteMode.DELETE) {
      boolean inserts = mode != WriteMode.UPDATE && dialect().upsertsByAnyKey();
      problems.add(found.keyProblem(wanted.keyColumns(), inserts));
    }
    List<String> all = problems.stream().flatMap(Stream::ofNullable).toList();
    if (!all.isEmpty()) {
      throw new TargetMismatchException("table " + found.name(), all);
    }
    return columns;
  }

  /** Returns why a column may store another value than the one that is sent, or null. */
  private static @Nullable String typeProblem(FieldType given, FieldType its) {
    boolean isSame =
        given == its
            || (given.isWhole() && (its.isWhole() || its == FieldType.DECIMAL))
            || (given == FieldType.REAL && its == FieldType.DOUBLE)
            || (its == FieldType.TEXT && hasOneText(given));
    return isSame
        ? null
        : "the rows have %s, it holds %s: leave its type to the table, and write tables of different types in different runs"
            .formatted(given.lowerName(), its.lowerName());
  }

  /** Returns whether every database makes the same text of a value, with all its digits. */
  private static boolean hasOneText(FieldType type) {
    return switch (type) {
      case REAL, DOUBLE, BOOLEAN, BYTES -> false;
      case SMALLINT, INTEGER, BIGINT, DECIMAL, TEXT, DATE, TIME, TIMESTAMP, INSTANT, UUID, JSON ->
          true;
    };
  }

  /** Returns the types of its columns by name; none if it is missing. */
  Map<String, NamedType> types(String name) throws SQLException, InterruptedException {
    Map<String, NamedType> types = new LinkedHashMap<>();
    for (StoredColumn column : found(name).map(StoredTable::columns).orElse(List.of())) {
      types.put(column.name(), dialect().typeOf(column));
    }
    return types;
  }

  /** See {@link TargetTable#problem}. */
  static @Nullable String problem(JdbcTarget database, boolean staged, @Nullable String option) {
    String title = kind(database).title();
    if (kind(database) == DatabaseKind.POSTGRES) {
      return null;
    } else if (!isFor(database)) {
      return "a transfer writes tables of PostgreSQL, MariaDB, SQLite and DuckDB, got " + database;
    } else if (DatabaseFile.isInMemory(database.url())) {
      return "a database in memory ends with its connection: name a file, got " + database;
    } else if (staged) {
      return "transaction all, and with it mode replace, needs PostgreSQL, whose stages keep the rows until the end; %s has none"
          .formatted(title);
    }
    return option == null
        ? null
        : "%s needs PostgreSQL, whose internal schema records what is written; %s has none"
            .formatted(option, title);
  }

  /** See {@link TargetTable#look}. */
  String look(Table table) throws SQLException, InterruptedException {
    return found(table.name()).isPresent()
        ? table.name() + " exists and fits"
        : "%s would be created: %s".formatted(table.name(), dialect().create(table));
  }

  /** See {@link TargetTable#created}. */
  Table created(Table table, String source, RowType rows, WriteMode mode)
      throws SQLException, InterruptedException {
    if (found(table.name()).isEmpty()) {
      boolean unused =
          RetriedTransaction.in(database, "create table " + table.name())
              .run(
                  connection -> {
                    try (Statement statement = connection.createStatement()) {
                      return statement.execute(dialect().create(table));
                    }
                  });
    }
    List<String> key = table.keyColumns().stream().map(Column::name).toList();
    return find(table.name(), source, rows, key, mode);
  }
}
