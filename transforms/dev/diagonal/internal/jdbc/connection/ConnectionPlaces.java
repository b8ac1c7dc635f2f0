package dev.diagonal.internal.jdbc.connection;

import dev.diagonal.jdbc.connection.Connector;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Limits the open connections to a database in this JVM, across all pipelines; that is why it is
 * static. Places are given in FIFO order; an idle connection is closed if a writer waits.
 *
 * <p>Thread-safe.
 */
public final class ConnectionPlaces {

  private static final Map<String, ConnectionPlaces> BY_DATABASE = new ConcurrentHashMap<>();

  private final String database;
  private final List<Place> taken = new ArrayList<>();
  private final Deque<Thread> waiting = new ArrayDeque<>();

  private ConnectionPlaces(String database) {
    this.database = database;
  }

  public static ConnectionPlaces of(Connector database) {
    return BY_DATABASE.computeIfAbsent(database.name(), ConnectionPlaces::new);
  }

  /**
   * Waits for one of {@code max} places and takes it.
   *
   * @param work what the place is used for, for messages
   * @param connection is closed if the place is taken away while it is idle
   * @throws SQLException if there is none within {@code limit}; the message lists the holders
   */
  public synchronized Place take(int max, Duration limit, String work, HeldConnection connection)
      throws SQLException, InterruptedException {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    Thread me = Thread.currentThread();
    waiting.add(me);
    try {
      while (waiting.peek() != me || !hasRoom(max)) {
        long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
          throw new SQLTimeoutException(
              "waited %s ms for one of the %s connections to %s of this JVM: %s"
                  .formatted(limit.toMillis(), max, database, holders()));
        }
        wait(leftMillis);
      }
      Place place = new Place(connection, work);
      taken.add(place);
      return place;
    } finally {
      waiting.remove(me);
      notifyAll();
    }
  }

  private boolean hasRoom(int max) {
    for (int i = 0; i < taken.size() && taken.size() >= max; ) {
      if (taken.get(i).resting) {
        taken.remove(i).connection.close();
      } else {
        i++;
      }
    }
    return taken.size() < max;
  }

  private String holders() {
    String others = waiting.size() > 1 ? "; " + (waiting.size() - 1) + " others wait too" : "";
    return taken.stream().map(Place::toString).collect(Collectors.joining("; ")) + others;
  }

  /** The right to have a connection open. Confined to one writer. */
  public final class Place {
    private final HeldConnection connection;
    private final Thread holder = Thread.currentThread();
    private String work;
    private long sinceNanos = System.nanoTime();
    private boolean resting;

    private Place(HeldConnection connection, String work) {
      this.connection = connection;
      this.work = work;
    }

    /** Starts work; returns false if the place was taken away and must not be used. */
    public boolean resume(String newWork) {
      synchronized (ConnectionPlaces.this) {
        if (!taken.contains(this)) {
          return false;
        }
        work = newWork;
        sinceNanos = System.nanoTime();
        resting = false;
        return true;
      }
    }

    /** Marks the connection idle: it stays open until another writer needs the place. */
    public void rest() {
      synchronized (ConnectionPlaces.this) {
        resting = true;
        ConnectionPlaces.this.notifyAll();
      }
    }

    /** Releases the place. */
    public void leave() {
      synchronized (ConnectionPlaces.this) {
        taken.remove(this);
        ConnectionPlaces.this.notifyAll();
      }
    }

    @Override
    public String toString() {
      return "thread '%s' has held one for %s ms to %s"
          .formatted(holder.getName(), (System.nanoTime() - sinceNanos) / 1_000_000, work);
    }
  }
}
