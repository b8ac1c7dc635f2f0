package dev.diagonal.jdbc.write;

import dev.diagonal.internal.jdbc.connection.ConnectionPlaces;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A writer's connection, which occupies a {@link ConnectionPlaces place} while it is open. Not
 * thread-safe.
 */
final class PlacedConnection implements AutoCloseable {

  private final JdbcWrite<?> write;
  private final ConnectionPlaces places;
  private final HeldConnection connection;
  private ConnectionPlaces.@Nullable Place place;

  PlacedConnection(JdbcWrite<?> write) {
    this.write = write;
    this.places = ConnectionPlaces.of(write.database());
    this.connection = new HeldConnection(write.database());
  }

  /** Takes a place for this work, unless the connection still has one. */
  void resume(String work) throws SQLException, InterruptedException {
    if (place == null || !place.resume(work)) {
      place = places.take(write.maxConnections(), write.waitLimit(), work, connection);
    }
  }

  /** Ends the work that {@link #resume} began. */
  void rest() {
    if (place != null) {
      place.rest();
    }
  }

  /** Returns the connection, open and alive. Call only during work. */
  Connection use() throws SQLException {
    return connection.use();
  }

  /** Returns the holder of the connection. Call only during work. */
  HeldConnection held() {
    return connection;
  }

  /** Closes the connection. Call only during work; the next {@link #use} opens another. */
  void discard() {
    connection.close();
  }

  @Override
  public void close() {
    if (place != null && place.resume("close it")) {
      connection.close();
      place.leave();
    }
    place = null;
  }
}
