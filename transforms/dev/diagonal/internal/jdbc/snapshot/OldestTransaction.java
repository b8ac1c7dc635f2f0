package dev.diagonal.internal.jdbc.snapshot;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The oldest transaction in progress, which may commit rows later with times from its start on. It
 * must be looked up before a snapshot is taken: a transaction that commits in between would
 * otherwise be in neither.
 *
 * @param start when it started, or the time of the lookup if that is earlier, as PostgreSQL prints
 *     it
 * @param unseen why there may be an older one, or null if there is none
 */
public record OldestTransaction(String start, @Nullable String unseen) implements Serializable {

  /** The time at which a prepared transaction started is unknown. */
  private static final String LOOKUP =
      """
      SELECT least(
          now(),
          (SELECT min(xact_start) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid()
             AND backend_type NOT IN ('autovacuum worker', 'walsender')),
          (SELECT min(prepared) FROM pg_prepared_xacts WHERE database = current_database()))::text,
        CASE WHEN pg_is_in_recovery() THEN 'those of the primary server'
          WHEN NOT pg_has_role('pg_read_all_stats', 'USAGE') THEN 'those of other users, without pg_read_all_stats'
          WHEN EXISTS (SELECT FROM pg_prepared_xacts WHERE database = current_database())
            THEN 'the starts of prepared transactions' END
      """;

  /** Looks it up, in a transaction in which nothing was looked up before. */
  public static OldestTransaction of(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(LOOKUP)) {
      result.next();
      return new OldestTransaction(result.getString(1), result.getString(2));
    }
  }
}
