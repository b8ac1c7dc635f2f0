package dev.diagonal.internal.metrics;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts the rows of ids in bounded memory. While there are more than {@value #MOST_IDS} ids, the
 * rare ones are forgotten, so a count may miss rows that came before; it is never too high. Not
 * thread-safe.
 */
public final class HotIds {

  private static final int MOST_IDS = 20_000;
  private static final int KEPT_IDS = 5_000;

  private final Map<Object, Long> rows = new HashMap<>();

  /** An id and its rows. */
  public record HotId(Object id, long rows) {}

  /** Counts a row. */
  public void add(Object id) {
    rows.merge(id, 1L, Long::sum);
    forgetRareOnes();
  }

  /** Adds the counts of others. */
  void addAll(HotIds others) {
    others.rows.forEach((id, count) -> rows.merge(id, count, Long::sum));
    forgetRareOnes();
  }

  private void forgetRareOnes() {
    if (rows.size() > MOST_IDS) {
      List<HotId> kept = hottest(KEPT_IDS);
      rows.clear();
      kept.forEach(each -> rows.put(each.id, each.rows));
    }
  }

  /** Returns the ids with most rows, those with equal counts by their text. */
  public List<HotId> hottest(int most) {
    return rows.entrySet().stream()
        .map(each -> new HotId(each.getKey(), each.getValue()))
        .sorted(
            Comparator.comparingLong(HotId::rows)
                .reversed()
                .thenComparing(each -> String.valueOf(each.id())))
        .limit(most)
        .toList();
  }
}
