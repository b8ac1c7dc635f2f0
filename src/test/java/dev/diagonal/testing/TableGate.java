package dev.diagonal.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Lets a test hold the transactions that write to a table: each passes the gate at the end of its
 * first statement, or waits there while the gate is closed.
 */
public final class TableGate {

  private static final Duration SOON = Duration.ofMinutes(4);
  private static final int KEY = 4244;

  private final EdgeDatabase database;

  private TableGate(EdgeDatabase database) {
    this.database = database;
  }

  /** Builds a gate in front of an existing table. */
  public static TableGate behind(EdgeDatabase database, String table) throws SQLException {
    return behind(database, table, 0);
  }

  /** Builds one that the first so many statements pass though it is closed. */
  public static TableGate behind(EdgeDatabase database, String table, int passing)
      throws SQLException {
    database.execute(
        """
        DROP SEQUENCE IF EXISTS gate_passages;
        CREATE SEQUENCE gate_passages;
        CREATE OR REPLACE FUNCTION pass_gate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('gate_passages') > %d THEN PERFORM pg_advisory_xact_lock_shared(%d); END IF;
          RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER pass_gate AFTER INSERT ON %s
          FOR EACH STATEMENT EXECUTE FUNCTION pass_gate();
        """
            .formatted(passing, KEY, table));
    return new TableGate(database);
  }

  /** Closes the gate until what is returned is closed; waits for those that have passed it. */
  public Connection close() throws SQLException {
    Connection gate = database.connect();
    gate.setAutoCommit(false);
    try (Statement statement = gate.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + KEY + ")");
    }
    return gate;
  }

  /** Waits until there is a transaction at the gate, with all its rows. */
  public void awaitOne() {
    assertThat(Eventually.within(SOON, () -> waiting() > 0)).as("a transaction").isTrue();
  }

  /** Returns how many transactions are there. */
  public long waiting() {
    return database.numberNow(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %d AND NOT granted"
            .formatted(KEY));
  }
}
