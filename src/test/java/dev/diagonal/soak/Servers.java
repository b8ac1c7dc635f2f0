package dev.diagonal.soak;

import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ConflictEvidence;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.SmallDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** The servers of a soak, which are down from time to time. */
final class Servers implements AutoCloseable {

  private static final Duration BOUND = Duration.ofMinutes(3);
  private static final int DISK_MEGABYTES = 512;

  private final ConflictEvidence evidence = ConflictEvidence.start();
  private final @Nullable SmallDisk disk;
  private @Nullable LocalElasticsearch search;
  private @Nullable LocalNeo4j neo4j;

  /** Starts PostgreSQL, with its tables on a small disk where one can be mounted. */
  Servers() throws Exception {
    this.disk = mounted();
    if (disk != null) {
      execute("CREATE TABLESPACE small LOCATION '" + disk.directory() + "'");
      execute("ALTER SYSTEM SET default_tablespace = 'small'");
      execute("SELECT pg_reload_conf()");
    }
  }

  private @Nullable SmallDisk mounted() throws Exception {
    try {
      return SmallDisk.mounted(
          DISK_MEGABYTES, Path.of(database().query("SHOW data_directory").get(0)));
    } catch (TestAbortedException notAllowed) {
      System.err.println("soak: no disk runs full: " + notAllowed.getMessage());
      return null;
    }
  }

  /** Returns the disk of the tables; null if only root could mount one. */
  @Nullable SmallDisk disk() {
    return disk;
  }

  /** Returns Neo4j, which the first caller starts. */
  synchronized LocalNeo4j neo4j() {
    if (neo4j == null) {
      neo4j = LocalNeo4j.start("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    }
    return neo4j;
  }

  ConflictEvidence evidence() {
    return evidence;
  }

  LocalPostgres postgres() {
    return evidence.server();
  }

  EdgeDatabase database() {
    return evidence.database();
  }

  /** Returns Elasticsearch, which the first caller starts. */
  synchronized LocalElasticsearch search() {
    if (search == null) {
      search = LocalElasticsearch.start();
    }
    return search;
  }

  /** Returns what the question comes to, once a server is there that answers it. */
  static <T> T patiently(Callable<T> question) {
    AtomicReference<T> answer = new AtomicReference<>();
    AtomicReference<Throwable> fault = new AtomicReference<>();
    boolean inTime =
        Eventually.within(
            BOUND,
            () -> {
              try {
                answer.set(question.call());
                return true;
              } catch (Exception | AssertionError e) {
                fault.set(e);
                return false;
              }
            });
    if (!inTime) {
      throw new IllegalStateException("no answer", fault.get());
    }
    return Objects.requireNonNull(answer.get());
  }

  long number(String query) {
    return patiently(() -> database().number(query));
  }

  void execute(String statements) {
    boolean unused =
        patiently(
            () -> {
              database().execute(statements);
              return true;
            });
  }

  /** Waits until no client has a session: what a client has sent is committed then, or never is. */
  void awaitNoSessions(String application) {
    String sessions =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + application + "'";
    boolean ended = Eventually.within(BOUND, () -> number(sessions) == 0);
    if (!ended) {
      throw new IllegalStateException("sessions of " + application + " do not end");
    }
  }

  /** Returns how many transactions have had an id: those that write. */
  long transactions() {
    return number("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
  }

  /** Returns how many documents an index holds; 0 if it does not exist. */
  long documents(String index) {
    String url = search().url() + "/" + index;
    return patiently(
        () -> {
          Http.send("POST", url + "/_refresh?ignore_unavailable=true", "");
          String answer = Http.get(url + "/_count?ignore_unavailable=true");
          return Long.parseLong(answer.replaceAll(".*\"count\":(\\d+).*", "$1"));
        });
  }

  @Override
  public synchronized void close() throws Exception {
    if (neo4j != null) {
      neo4j.close();
    }
    if (search != null) {
      search.close();
    }
    evidence.close();
    if (disk != null) {
      disk.close();
    }
  }
}
