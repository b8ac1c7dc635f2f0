package dev.diagonal.internal.elasticsearch.bulk;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Secret;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The connections to Elasticsearch and the threads that wait for its responses, shared by all
 * writers of a JVM with the same settings. The number of threads bounds the requests in flight,
 * however many workers a runner starts in a JVM; that is why sessions are static. A request keeps
 * its thread while it waits to be sent again, since a server that rejects requests needs fewer of
 * them. Thread-safe.
 */
public final class BulkSession implements Executor {

  private static final Map<Way, BulkSession> OPEN = new HashMap<>();
  private static final long IDLE_SECONDS = 10;

  private final Way way;
  private final ElasticsearchConnection connection;
  private final ThreadPoolExecutor threads;
  private int users; // guarded by OPEN

  private record Way(
      List<String> urls,
      Map<String, Secret> headers,
      @Nullable String caCertificates,
      int bulkRequests,
      Duration requestTimeout,
      boolean gzip) {

    static Way of(BulkSettings settings) {
      ElasticsearchTarget target = settings.target();
      return new Way(
          target.urls(),
          target.headers(),
          target.caCertificates(),
          settings.bulkRequests(),
          settings.requestTimeout(),
          settings.gzip());
    }
  }

  private BulkSession(Way way, BulkSettings settings) {
    this.way = way;
    this.connection =
        new ElasticsearchConnection(
            settings.target(), settings.requestTimeout(), settings.gzip(), settings.bulkRequests());
    AtomicInteger started = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            settings.bulkRequests(),
            settings.bulkRequests(),
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "bulk-request-" + started.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /** Returns the session of these settings, to be {@linkplain #release released} once. */
  public static BulkSession acquire(BulkSettings settings) {
    Way way = Way.of(settings);
    synchronized (OPEN) {
      BulkSession session = OPEN.get(way);
      if (session == null) {
        session = new BulkSession(way, settings);
        OPEN.put(way, session);
      }
      session.users++;
      return session;
    }
  }

  /** Closes the connections if no other writer uses them. */
  public void release() {
    synchronized (OPEN) {
      users--;
      if (users > 0) {
        return;
      }
      OPEN.remove(way);
    }
    threads.shutdownNow();
    try {
      connection.close();
    } catch (IOException harmless) {
      // All documents are written or given up.
    }
  }

  ElasticsearchConnection connection() {
    return connection;
  }

  /** Runs a request as soon as a thread is free. */
  @Override
  public void execute(Runnable request) {
    threads.execute(request);
  }
}
