package dev.diagonal.testing;

import dev.diagonal.pipelines.local.LocalPostgres;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A separate PostgreSQL that records whether transactions conflicted:
 *
 * <ul>
 *   <li>its count of deadlocks, and those it has logged (the count does not outlive a crash);
 *   <li>every wait for a transaction, a tuple or a speculative insertion that lasted for more than
 *       a millisecond, from its log; waits for advisory locks and for a relation to grow are not
 *       among them;
 *   <li>how often two transactions were in flight with the same node row: each from when a trigger
 *       saw it reach for the row until {@code pg_xact_commit_timestamp} says that it committed.
 * </ul>
 */
public final class ConflictEvidence implements AutoCloseable {

  private static final Pattern DEADLOCK = Pattern.compile("deadlock detected");
  private static final Pattern ROW_LOCK_WAIT =
      Pattern.compile("still waiting for \\w+ on (transaction|tuple|speculative token) ");
  private static final Pattern SLOT_LOCK_WAIT =
      Pattern.compile("still waiting for \\w+ on advisory lock ");
  private static final Duration BOUND = Duration.ofMinutes(2);

  private final LocalPostgres server;
  private int logStart;

  private ConflictEvidence(LocalPostgres server) {
    this.server = server;
  }

  /**
   * What was seen since {@link #watch}.
   *
   * @param deadlocks what {@code pg_stat_database} has counted
   * @param logged what is in the log of waits that must not be, and of deadlocks
   * @param overlaps how often a transaction reached for a node row before the one before committed
   * @param slotLockWaits how many waits for slot locks were logged; these may be
   * @param visits how often a transaction has written a node row: 0 would prove nothing
   */
  public record Found(
      long deadlocks, List<String> logged, long overlaps, long slotLockWaits, long visits) {

    /** Whether there was no conflict of any kind, among transactions that did write. */
    public boolean isConflictFree() {
      return deadlocks == 0 && logged.isEmpty() && overlaps == 0 && visits > 0;
    }
  }

  /** Starts the server. */
  public static ConflictEvidence start() {
    PgPass.use();
    return new ConflictEvidence(
        LocalPostgres.configure()
            .withSetting("track_commit_timestamp", "on")
            .withSetting("log_lock_waits", "on")
            .withSetting("deadlock_timeout", "1ms")
            .start());
  }

  public LocalPostgres server() {
    return server;
  }

  public EdgeDatabase database() {
    return new EdgeDatabase(server);
  }

  /** Forgets what was seen, and watches the table {@code nodes} from now on. */
  public void watch() throws SQLException {
    watch("nodes");
  }

  /** Forgets what was seen, and watches this table of ends, whose key is {@code id}. */
  public void watch(String table) throws SQLException {
    database()
        .execute(
            """
            DROP TABLE IF EXISTS nodes_reached;
            CREATE TABLE nodes_reached (node text, at timestamptz);
            CREATE OR REPLACE FUNCTION node_reached() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              INSERT INTO nodes_reached VALUES (NEW.id, clock_timestamp());
              RETURN NEW;
            END $$;
            CREATE OR REPLACE TRIGGER reached BEFORE INSERT OR UPDATE ON %s
              FOR EACH ROW EXECUTE FUNCTION node_reached();
            SELECT pg_stat_reset();
            """
                .formatted(table));
    logStart = server.log().length();
  }

  /** Waits until the sessions of all writers have ended, and returns whether they have. */
  public boolean awaitNoWriters() {
    return Eventually.within(
        BOUND,
        () ->
            database()
                    .numberNow(
                        "SELECT count(*) FROM pg_stat_activity"
                            + " WHERE application_name = 'diagonal'")
                == 0);
  }

  /** Returns what was seen; to be called when all writers are gone, or will be soon. */
  public Found found() throws SQLException {
    // Sessions report what they have counted when they end.
    boolean ended = awaitNoWriters();
    if (!ended) {
      throw new AssertionError("there are still sessions of writers");
    }
    List<String> log = server.log().substring(logStart).lines().toList();
    return new Found(
        database()
            .number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"),
        log.stream()
            .filter(line -> DEADLOCK.matcher(line).find() || ROW_LOCK_WAIT.matcher(line).find())
            .toList(),
        database()
            .number(
                """
                WITH visits AS (
                  SELECT node, min(at) AS since, pg_xact_commit_timestamp(xmin) AS until
                  FROM nodes_reached GROUP BY node, xmin),
                following AS (
                  SELECT until, lead(since) OVER (PARTITION BY node ORDER BY since) AS next
                  FROM visits)
                SELECT count(*) FROM following WHERE next < until"""),
        log.stream().filter(line -> SLOT_LOCK_WAIT.matcher(line).find()).count(),
        database().number("SELECT count(*) FROM nodes_reached"));
  }

  @Override
  public void close() {
    server.close();
  }
}
