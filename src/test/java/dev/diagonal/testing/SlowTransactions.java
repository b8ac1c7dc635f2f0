package dev.diagonal.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Makes each transaction that writes edges last for some milliseconds before it commits, as one
 * with a synchronous replica does, and lets a test hold all of them in that place.
 */
public final class SlowTransactions {

  /** Of one number, where slot locks have two. */
  private static final String GATE = "pg_advisory_xact_lock%s(4242)";

  private final EdgeDatabase database;

  private SlowTransactions(EdgeDatabase database) {
    this.database = database;
  }

  /** Makes the transactions that write to the table {@code edges} take so long from now on. */
  public static SlowTransactions in(EdgeDatabase database, int millis) throws SQLException {
    database.execute(
        """
        CREATE OR REPLACE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_sleep(%d / 1000.0);
          PERFORM %s;
          RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER take_time AFTER INSERT ON edges EXECUTE FUNCTION take_time();
        """
            .formatted(millis, GATE.formatted("_shared")));
    return new SlowTransactions(database);
  }

  /**
   * Waits for those that are about to commit and holds all others before their commits, with all
   * their locks, until what is returned is closed or the server dies.
   */
  public Connection hold() throws SQLException {
    Connection gate = database.connect();
    gate.setAutoCommit(false);
    try (Statement statement = gate.createStatement()) {
      statement.execute("SELECT " + GATE.formatted(""));
    }
    return gate;
  }
}
