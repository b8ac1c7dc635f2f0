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
 * Creates a PostgreSQL table, or checks the layout of an existing one. Any number of processes may
 * call it concurrently before a run.
 */
public final class CreateTable {

  private CreateTable() {}

  /**
   * Refuses a database that {@link #ifMissing} does not support, without connecting to it.
   *
   * @throws IllegalArgumentException if {@code target} is not PostgreSQL
   */
  public static void checkTarget(JdbcTarget target) {
    HeldConnection.checkPostgres(target);
  }

  /**
   * Creates {@code table}, with its key columns as the primary key, if it does not exist. Refuses
   * an existing table unless its layout fits: it must have all columns of {@code table} with the
   * same types, and a primary key or unique index on exactly the key columns. An insert must be
   * able to leave out all other columns.
   *
   * @throws TargetMismatchException if the table has another layout; the message names every
   *     difference
   * @throws SQLException if the database cannot be reached within {@link Retry#defaults}, or
   *     refuses, for example because a type is unknown or a schema is missing
   * @throws IllegalArgumentException if {@code target} is not PostgreSQL
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static void ifMissing(JdbcTarget target, Table table)
      throws SQLException, InterruptedException {
    ifMissing(target, table, List.of());
  }

  /**
   * Creates the table as {@link #ifMissing(JdbcTarget, Table)} does, and then runs these statements
   * in the same transaction; only if it creates the table.
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
   * Refuses an existing table without a primary key or unique index on the key columns.
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
   * Returns whether the table exists and has a primary key or unique index on the key columns.
   *
   * @throws SQLException if the database cannot be reached within {@link Retry#defaults}
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static boolean hasKey(JdbcTarget target, Table table)
      throws SQLException, InterruptedException {
    return RetriedTransaction.in(target, "look at table " + table.name())
        .run(connection -> FoundTable.hasKey(connection, table));
  }

  /**
   * Creates {@code table} if it does not exist; accepts an existing one of any layout.
   *
   * @throws SQLException if the database cannot be reached or refuses; the message includes the
   *     GRANT if a privilege is missing
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
   * @throws SQLException if the database cannot be reached or refuses; the message includes the
   *     GRANT if a privilege is missing
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
    // Checked first: a user who may write to a table need not have the right to create one.
    FoundTable found = FoundTable.find(open, table.name());
    if (found == null) {
      List<String> statements = new ArrayList<>(List.of(PostgresSql.create(table)));
      statements.addAll(completion);
      create(open, table.name(), statements);
      found = FoundTable.find(open, table.name());
    }
    if (found == null) {
      throw new SQLException("table " + table.name() + " was dropped while it was inspected");
    }
    List<String> differences = new TableShape(open).differences(found, table);
    open.rollback();
    return differences;
  }

  // IF NOT EXISTS looks before it takes a lock, so concurrent creations may fail.
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
