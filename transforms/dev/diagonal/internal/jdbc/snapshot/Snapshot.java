package dev.diagonal.internal.jdbc.snapshot;

import dev.diagonal.jdbc.connection.JdbcTarget;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a PostgreSQL database, which connections of several processes can read while a
 * {@link dev.diagonal.internal.transfer.source.SnapshotKeeper} holds it.
 *
 * @param database where it was taken
 * @param id the server's name for it
 * @param relations what is read, as written after {@code FROM}
 * @param oldest the oldest transaction before it was taken, or null if that is unknown
 */
public record Snapshot(
    JdbcTarget database, String id, List<String> relations, @Nullable OldestTransaction oldest)
    implements Serializable {

  public Snapshot {
    relations = List.copyOf(relations);
  }
}
