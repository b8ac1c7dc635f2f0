package dev.diagonal.internal.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Counts the rows of ids in bounded memory. When there are more ids than a maximum, the rarest ones
 * are forgotten until a quarter of the maximum is left. A count may therefore be too low: it misses
 * the rows before its id was last forgotten. A count of sampled rows is an estimate, which may also
 * be too high. Not thread-safe.
 */
public final class HotIds {

  private static final int MOST_IDS = 20_000;

  /**
   * An estimate from fewer rows of a sample is left out: its standard error is more than an eighth,
   * and of many ids with few rows, chance would choose the hottest.
   */
  private static final int FEWEST_SAMPLED = 64;

  private final Map<Object, Long> rows = new HashMap<>();
  private final int mostIds;

  /** The largest number of rows that one counted row represents. */
  private int mostWeight = 1;

  /** An id and its rows. */
  public record HotId(Object id, long rows) {}

  /** Creates counts of up to {@value #MOST_IDS} ids. */
  public HotIds() {
    this(MOST_IDS);
  }

  /** Creates counts of up to {@code mostIds} ids. */
  public HotIds(int mostIds) {
    this.mostIds = mostIds;
  }

  /** Counts a row. */
  public void add(Object id) {
    add(id, 1);
  }

  /** Counts a row that stands for {@code weight} rows, since only a sample is counted. */
  public void add(Object id, int weight) {
    rows.merge(id, (long) weight, Long::sum);
    mostWeight = Math.max(mostWeight, weight);
    forgetRareOnes();
  }

  /** Counts a row if its id has been counted before and was not forgotten. */
  public void addToKnown(Object id) {
    Long unused = rows.computeIfPresent(id, (known, count) -> count + 1);
  }

  /** Returns whether some rows were not counted because only a sample was. */
  public boolean isEstimate() {
    return mostWeight > 1;
  }

  /** Returns how many rows an id needs to be among the hottest. */
  public long fewestRows() {
    return isEstimate() ? (long) FEWEST_SAMPLED * mostWeight : 1;
  }

  /** Adds the counts of others. */
  void addAll(HotIds others) {
    others.rows.forEach((id, count) -> rows.merge(id, count, Long::sum));
    mostWeight = Math.max(mostWeight, others.mostWeight);
    forgetRareOnes();
  }

  private void forgetRareOnes() {
    if (rows.size() <= mostIds) {
      return;
    }
    int kept = Math.max(1, mostIds / 4);
    long[] counts = rows.values().stream().mapToLong(Long::longValue).sorted().toArray();
    long fewest = counts[counts.length - kept];
    long more = rows.values().stream().filter(count -> count > fewest).count();
    long equal = kept - more; // of those with as many, which may be nearly all
    for (Iterator<Long> each = rows.values().iterator(); each.hasNext(); ) {
      long count = each.next();
      if (count < fewest || (count == fewest && equal-- <= 0)) {
        each.remove();
      }
    }
  }

  /** Returns the ids with at least so many rows, in no order. */
  public List<HotId> withRows(long fewest) {
    List<HotId> found = new ArrayList<>();
    rows.forEach(
        (id, count) -> {
          if (count >= fewest) {
            found.add(new HotId(id, count));
          }
        });
    return found;
  }

  /**
   * Returns the ids with most rows, those with equal counts by their text. Of estimates, it returns
   * those of at least {@link #fewestRows()}.
   */
  public List<HotId> hottest(int most) {
    return withRows(fewestRows()).stream()
        .sorted(
            Comparator.comparingLong(HotId::rows)
                .reversed()
                .thenComparing(each -> String.valueOf(each.id())))
        .limit(most)
        .toList();
  }
}
