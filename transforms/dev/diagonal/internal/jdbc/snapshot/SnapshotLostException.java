package dev.diagonal.internal.jdbc.snapshot;

import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.SQLException;

/** Thrown when a reader needs a snapshot that is no longer held. */
public final class SnapshotLostException extends SQLException {

  private static final String NOT_IN_PREREQUISITE_STATE = "55000";

  SnapshotLostException(JdbcTarget database, SQLException cause) {
    super(
        ("the snapshot that this run reads from %s is gone, because the connection that held it is lost"
                + " (or the URL leads to several servers): the rest of the snapshot cannot be read;"
                + " start the run again")
            .formatted(database),
        NOT_IN_PREREQUISITE_STATE,
        cause);
  }
}
