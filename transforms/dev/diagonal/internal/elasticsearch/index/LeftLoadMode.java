package dev.diagonal.internal.elasticsearch.index;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds an index that a killed run has left in {@link LoadMode}. */
public final class LeftLoadMode {

  private LeftLoadMode() {}

  /**
   * Checks whether the index of {@code target} is in bulk load mode without a run that renews its
   * entry. Takes two renewals, 10 seconds, only if it is in bulk load mode.
   *
   * @return a warning with the settings to restore, or null
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static @Nullable String warning(ElasticsearchTarget target) throws InterruptedException {
    return warning(target, LoadMode.RENEWAL);
  }

  static @Nullable String warning(ElasticsearchTarget target, Duration renewal)
      throws InterruptedException {
    try {
      LoadedIndex index = LoadedIndex.of(target);
      LoadedIndex.Snapshot first = index.snapshot();
      LoadedIndex.Snapshot now = first;
      long deadlineNanos = System.nanoTime() + 2 * renewal.toNanos();
      while (isLoaded(now)) {
        if (!now.record().entries().equals(first.record().entries())) {
          return null; // a live run
        }
        if (System.nanoTime() >= deadlineNanos) {
          return describe(target, now.record().before());
        }
        TimeUnit.NANOSECONDS.sleep(renewal.toNanos() / 10);
        now = index.snapshot();
      }
      return null;
    } catch (IOException e) {
      return null; // an alias of several indexes, or no privilege to read the settings
    }
  }

  private static boolean isLoaded(LoadedIndex.Snapshot now) {
    return !now.record().isEmpty() && LoadRecord.isLoaded(now.settings(), now.record().before());
  }

  private static String describe(ElasticsearchTarget target, Map<String, String> before) {
    String settings =
        new TreeMap<>(before)
            .entrySet().stream()
                .map(
                    setting ->
                        "\"%s\":%s"
                            .formatted(
                                setting.getKey(),
                                setting.getValue().equals(LoadRecord.UNSET)
                                    ? "null"
                                    : "\"" + setting.getValue() + "\""))
                .collect(Collectors.joining(","));
    return "index %s is still in bulk load mode, and the run that set it has ended: searches find no new documents until it is refreshed, and it has no replicas. A run with --bulkLoadMode restores its settings, as does PUT %s/_settings {%s}"
        .formatted(target.index(), target.index(), settings);
  }
}
