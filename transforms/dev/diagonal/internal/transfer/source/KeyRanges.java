package dev.diagonal.internal.transfer.source;

import java.util.ArrayList;
import java.util.List;

/** Computes ranges of a whole-number key. */
final class KeyRanges {

  /** Fewer keys than this are not worth a connection. */
  private static final long LEAST_KEYS = 50_000;

  private KeyRanges() {}

  /** Returns a single range of all rows. */
  static SourceRange all(String place) {
    return new SourceRange(0, place, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /** Returns equal ranges. The first and the last are open, so that no row is missed. */
  static List<SourceRange> cut(long first, long last, int most, String place) {
    SourceRange all = all(place);
    double keys = (double) last - first + 1;
    int count = (int) Math.max(1, Math.min(most, keys / LEAST_KEYS));
    List<SourceRange> ranges = new ArrayList<>();
    long start = all.start();
    for (int i = 0; i < count; i++) {
      long end = i == count - 1 ? all.end() : first + (long) (keys * (i + 1) / count);
      ranges.add(new SourceRange(i, place, start, end));
      start = end;
    }
    return ranges;
  }

  /** Returns the conditions of a range: none for all rows. */
  static List<String> conditions(String quotedKey, SourceRange range) {
    List<String> conditions = new ArrayList<>();
    if (range.start() != Long.MIN_VALUE) {
      conditions.add(quotedKey + " >= " + range.start());
    }
    if (range.end() != Long.MAX_VALUE) {
      String below = quotedKey + " < " + range.end();
      conditions.add(
          range.start() == Long.MIN_VALUE ? "(" + below + " OR " + quotedKey + " IS NULL)" : below);
    }
    return conditions;
  }
}
