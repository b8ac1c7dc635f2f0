package dev.diagonal.internal.elasticsearch.index;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.AnswerException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Loads an index without replicas and refreshes, so that every document is written once and
 * segments are large. {@link #restore} restores the settings; call it whether the load was
 * successful or not.
 *
 * <p>Several runs may load one index, and any of them may be killed. {@code _meta.diagonal.loads}
 * in the mapping keeps the original settings and an entry per run, which the run renews every 5
 * seconds. The run that ends last restores the settings. An entry that was not renewed for 30
 * seconds belongs to a dead run and is ignored by runs that end or begin. After a kill, the index
 * therefore stays in load mode only until the next run with load mode ends.
 *
 * <p>Elasticsearch cannot change a mapping conditionally. The order of the steps compensates for
 * that: settings are recorded before they are changed, and restored before the record is removed.
 * Each step reads mapping and settings in one response and checks its own write. The next renewal
 * writes a lost entry again. One gap remains: a run that ends removes the record in the same
 * milliseconds in which another begins, and both are killed before they check. The settings are
 * then lost, and {@code index.number_of_replicas} and {@code index.refresh_interval} must be set by
 * hand.
 *
 * <p>Thread-safe; only the first call of {@link #restore} has an effect.
 */
public final class LoadMode {

  static final Duration RENEWAL = Duration.ofSeconds(5);
  private static final Duration EXPIRY = Duration.ofSeconds(30);
  private static final int CHECKS = 20;
  private static final String FORBIDDEN = "security_exception";

  private final String run = UUID.randomUUID().toString();
  private final LoadedIndex index;
  private final Duration renewal;
  private final Duration expiry;
  private final ScheduledExecutorService renewals =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "load-mode-renewal");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<String, Sighting> sightings = new HashMap<>();
  private Map<String, String> before = Map.of();
  private long beat;
  private boolean leaving;
  private boolean restored;

  /** When the entry of another run was last seen to change. */
  private record Sighting(LoadRecord.Entry entry, long nanos) {}

  private LoadMode(LoadedIndex index, Duration renewal, Duration expiry) {
    this.index = index;
    this.renewal = renewal;
    this.expiry = expiry;
  }

  /**
   * Records the settings of the index of {@code target}, then sets its replicas to 0 and its
   * refresh interval to -1.
   *
   * @throws IOException if Elasticsearch cannot be reached within {@link Retry#defaults}, if the
   *     target is an alias of several indexes, or if the mapping or the settings may not be
   *     changed; then the settings are unchanged
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static LoadMode begin(ElasticsearchTarget target)
      throws IOException, InterruptedException {
    return begin(target, RENEWAL, EXPIRY);
  }

  static LoadMode begin(ElasticsearchTarget target, Duration renewal, Duration expiry)
      throws IOException, InterruptedException {
    LoadMode mode;
    try {
      mode = new LoadMode(LoadedIndex.of(target), renewal, expiry);
      mode.enter();
    } catch (IOException e) {
      throw refusal(target, e);
    }
    ScheduledFuture<?> unused =
        mode.renewals.scheduleWithFixedDelay(
            mode::renew, renewal.toMillis(), renewal.toMillis(), TimeUnit.MILLISECONDS);
    return mode;
  }

  private static IOException refusal(ElasticsearchTarget target, IOException fault) {
    boolean forbidden = fault instanceof AnswerException answer && answer.type().equals(FORBIDDEN);
    return new IOException(
        "index %s cannot be loaded in bulk load mode: %s%s"
            .formatted(
                target.index(),
                fault.getMessage(),
                forbidden
                    ? "; grant the privilege 'manage' on the index, or do not use --bulkLoadMode"
                    : ""),
        fault);
  }

  private synchronized void enter() throws IOException, InterruptedException {
    record();
    try {
      index.put(LoadRecord.LOADED);
    } catch (IOException e) {
      withdraw(e);
      throw e;
    }
    record();
  }

  /** Removes the entry of a run whose change of settings was refused. */
  private void withdraw(IOException cause) throws InterruptedException {
    try {
      LoadedIndex.Snapshot now = index.snapshot();
      LoadRecord others = now.record().without(run);
      index.put(now, others.entries().isEmpty() ? LoadRecord.NONE : others);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Writes this run's entry and checks that it is stored, despite concurrent writers. */
  private void record() throws IOException, InterruptedException {
    beat++;
    for (int check = 0; check < CHECKS; check++) {
      LoadedIndex.Snapshot now = index.snapshot();
      watch(now.record());
      LoadRecord.Entry mine = now.record().entries().get(run);
      if (mine != null && mine.beat() == beat && mine.leaving() == leaving) {
        before = now.record().before();
        return;
      }
      LoadRecord wanted =
          now.record()
              .withBefore(now.record().settingsBehind(now.settings(), before))
              .with(run, new LoadRecord.Entry(beat, leaving));
      index.put(now, wanted);
    }
    throw new IOException("other runs change its mapping too often");
  }

  private synchronized void renew() {
    if (leaving) {
      return; // otherwise runs that end together would wait for each other
    }
    try {
      record();
    } catch (IOException e) {
      // The next renewal tries again. At worst another run restores the settings early.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch(LoadRecord record) {
    sightings.keySet().retainAll(record.entries().keySet());
    record
        .entries()
        .forEach(
            (other, entry) -> {
              Sighting last = sightings.get(other);
              if (last == null || !last.entry().equals(entry)) {
                sightings.put(other, new Sighting(entry, System.nanoTime()));
              }
            });
  }

  /**
   * Restores both settings if no other run loads the index. If the record has another run, waits
   * for that run's next renewal, or until the entry has expired.
   *
   * @throws IOException if Elasticsearch cannot be reached within {@link Retry#defaults}, or
   *     refuses; the message includes the settings to restore
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public synchronized void restore() throws IOException, InterruptedException {
    if (restored) {
      return;
    }
    renewals.shutdown();
    try {
      leaving = true;
      record();
      Map<String, Sighting> whenLeaving = Map.copyOf(sightings);
      LoadedIndex.Snapshot now = index.snapshot();
      while (true) {
        watch(now.record());
        List<String> others = staying(now.record());
        if (others.isEmpty()) {
          clear(now);
          break;
        }
        if (others.stream().anyMatch(other -> renewedSince(whenLeaving.get(other), other))) {
          break; // that run restores the settings, and removes this run's entry
        }
        TimeUnit.NANOSECONDS.sleep(renewal.toNanos() / 4);
        now = index.snapshot();
      }
      restored = true;
    } catch (IOException e) {
      throw new IOException(
          "index %s is still in bulk load mode; restore its settings %s: %s"
              .formatted(index, before, e.getMessage()),
          e);
    }
  }

  /** Returns the other runs that have not expired and are not about to end. */
  private List<String> staying(LoadRecord record) {
    List<String> others = new ArrayList<>();
    record
        .entries()
        .forEach(
            (other, entry) -> {
              Sighting seen = sightings.get(other);
              boolean fresh = seen == null || System.nanoTime() - seen.nanos() < expiry.toNanos();
              if (!other.equals(run) && !entry.leaving() && fresh) {
                others.add(other);
              }
            });
    return others;
  }

  private boolean renewedSince(@Nullable Sighting then, String other) {
    Sighting now = sightings.get(other);
    return now != null && (then == null || now.entry().beat() > then.entry().beat());
  }

  /**
   * Restores the settings and removes the record, then checks whether another run began meanwhile.
   */
  private void clear(LoadedIndex.Snapshot now) throws IOException, InterruptedException {
    Map<String, String> kept = now.record().settingsBehind(now.settings(), before);
    index.put(LoadRecord.changed(now.settings(), kept));
    LoadedIndex.Snapshot cleared = index.snapshot();
    if (now.record().entries().keySet().containsAll(cleared.record().entries().keySet())) {
      index.put(cleared, LoadRecord.NONE);
    }
    LoadedIndex.Snapshot then = index.snapshot();
    if (then.record().before().isEmpty() && LoadRecord.isLoaded(then.settings(), kept)) {
      index.put(then, then.record().withBefore(kept));
    }
  }
}
