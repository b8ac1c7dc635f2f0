package dev.diagonal.jdbc;

import dev.diagonal.fault.Retry;
import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.FoundTable;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.jdbc.table.TableRights;
import dev.diagonal.internal.jdbc.table.TableShape;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes sure that a PostgreSQL table is there and has the shape that is to be written. Called
 * before a run, by as many processes at once as want to.
 */
public final class CreateTable {

  private CreateTable() {}

  /**
   * Refuses a database in which {@link #ifMissing} cannot work, without asking it.
   *
   * @throws IllegalArgumentException if the URL of {@code target} is not one of PostgreSQL
   */
  public static void checkTarget(JdbcTarget target) {
    HeldConnection.checkPostgres(target);
  }

  /**
   * Creates {@code table}, with its key columns as the primary key, if there is none of that name;
   * if there is one, refuses it unless its shape fits. It fits if it has all columns of {@code
   * table} with the very same types, a primary key or unique index on exactly the key columns, and
   * if all further columns may be left out of an insert.
   *
   * @throws TargetMismatchException if the table has another shape; the message names every
   *     difference
   * @throws SQLException if the database cannot be reached within {@link Retry#defaults}, or
   *     refuses; for example where a type is unknown or a schema is missing
   * @throws IllegalArgumentException if the URL of {@code target} is not one of PostgreSQL
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static void ifMissing(JdbcTarget target, Table table)
      throws SQLException, InterruptedException {
    ifMissing(target, table, List.of());
  }

  /**
   * As {@link #ifMissing(JdbcTarget, Table)}; if it creates the table, it runs these statements in
   * the same transaction.
   */
  public static void ifMissing(JdbcTarget target, Table table, List<String> completion)
      throws SQLException, InterruptedException {
    HeldConnection.checkPostgres(target);
    PostgresSql.checkColumns(table.name(), table.columns().size());
    List<String> differences =
        RetriedTransaction.in(target, "create table " + table.name())
            .run(connection -> differences(connection, table, completion));
    if (!differences.isEmpty()) {
      throw new TargetMismatchException("table " + table.name(), differences);
    }
  }

  /**
   * Refuses a table that exists and has no primary key or unique index on the key columns.
   *
   * @throws TargetMismatchException if it has none
   * @throws SQLException if the database cannot be reached within {@link Retry#defaults}
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static void checkKey(JdbcTarget target, Table table)
      throws SQLException, InterruptedException {
    List<String> differences =
        RetriedTransaction.in(target, "look at table " + table.name())
            .run(
                connection -> {
                  FoundTable found = FoundTable.find(connection, table.name());
                  String problem =
                      found == null || found.kind() != FoundTable.Kind.TABLE
                          ? null
                          : found.keyProblem(table.keyColumns());
                  return problem == null || found == null
                      ? List.<String>of()
                      : TableShape.withAdvice(connection, found, List.of(problem));
                });
    if (!differences.isEmpty()) {
      throw new TargetMismatchException("table " + table.name(), differences);
    }
  }

  /**
   * Returns whether there is a table with a primary key or unique index on the key columns.
   *
   * @throws SQLException if the database cannot be reached within {@link Retry#defaults}
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static boolean hasKey(JdbcTarget target, Table table)
      throws SQLException, InterruptedException {
    return RetriedTransaction.in(target, "look at table " + table.name())
        .run(
            connection -> {
              FoundTable found = FoundTable.find(connection, table.name());
              return found != null
                  && found.kind() == FoundTable.Kind.TABLE
                  && found.keyProblem(table.keyColumns()) == null;
            });
  }

  /**
   * Creates {@code table} if there is none of that name, whatever the one that is there looks like.
   *
   * @throws SQLException if the database cannot be reached or refuses; the message has the GRANT if
   *     a right is missing
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static void unlessFound(JdbcTarget target, Table table)
      throws SQLException, InterruptedException {
    HeldConnection.checkPostgres(target);
    boolean unused =
        RetriedTransaction.in(target, "create table " + table.name())
            .run(
                connection -> {
                  if (FoundTable.find(connection, table.name()) == null) {
                    create(connection, table.name(), List.of(PostgresSql.create(table)));
                  }
                  return true;
                });
  }

  /**
   * Creates a view if there is no relation of that name.
   *
   * @param create the statement that creates it
   * @throws SQLException if the database cannot be reached or refuses; the message has the GRANT if
   *     a right is missing
   */
  public static void viewUnlessFound(JdbcTarget target, String view, String create)
      throws SQLException, InterruptedException {
    boolean unused =
        RetriedTransaction.in(target, "create view " + view)
            .run(
                connection -> {
                  if (FoundTable.find(connection, view) == null) {
                    create(connection, view, List.of(create));
                  }
                  return true;
                });
  }

  private static List<String> differences(Connection open, Table table, List<String> completion)
      throws SQLException {
    // Looked for first: whoever may write to a table need not have the right to create one.
    FoundTable found = FoundTable.find(open, table.name());
    if (found == null) {
      List<String> statements = new ArrayList<>(List.of(PostgresSql.create(table)));
      statements.addAll(completion);
      create(open, table.name(), statements);
      found = FoundTable.find(open, table.name());
    }
    if (found == null) {
      throw new SQLException("table " + table.name() + " disappeared while it was looked at");
    }
    List<String> differences = new TableShape(open).differences(found, table);
    open.rollback();
    return differences;
  }

  // IF NOT EXISTS looks before it takes a lock: of two who create at once, one may get an error.
  private static void create(Connection open, String name, List<String> statements)
      throws SQLException {
    TableRights.requireCreate(open, name);
    try (Statement statement = open.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
      open.commit();
    } catch (SQLException e) {
      open.rollback();
      if (!SqlFaults.isCreatedByAnother(e)) {
        throw e;
      }
    }
  }
}
