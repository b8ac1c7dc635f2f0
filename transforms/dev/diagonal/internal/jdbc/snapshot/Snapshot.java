package dev.diagonal.internal.jdbc.snapshot;

import dev.diagonal.jdbc.connection.JdbcTarget;
import java.io.Serializable;
import java.util.List;

/**
 * A snapshot of a PostgreSQL database, which connections of several processes can read while a
 * {@link dev.diagonal.transfer.source.SnapshotKeeper} holds it.
 *
 * @param database where it was taken
 * @param id the server's name for it
 * @param relations what is read, in the syntax after {@code FROM}
 */
public record Snapshot(JdbcTarget database, String id, List<String> relations)
    implements Serializable {

  public Snapshot {
    relations = List.copyOf(relations);
  }
}
