package dev.diagonal.internal.transfer.source;

import dev.diagonal.internal.jdbc.snapshot.StoredTables;
import dev.diagonal.internal.jdbc.snapshot.StoredTables.StoredTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes ranges of the pages of a table, which need no key. They cover every row once only within
 * one snapshot: an update moves a row to another page.
 */
final class PageRanges {

  private PageRanges() {}

  /**
   * Returns ranges of all rows of a table, or none if it cannot be read by its pages.
   *
   * @param relation the table
   */
  static List<SourceRange> of(@Nullable StoredTables stored, int most, String relation) {
    if (stored == null || stored.all().stream().noneMatch(StoredTable::inPages)) {
      return List.of();
    } else if (stored.hasChildren() && stored.readable()) {
      return ofEach(stored, most);
    }
    return stored.inPages() ? ofAll(stored, most, relation) : List.of();
  }

  /** Returns ranges of similar size over all tables that may have rows. */
  private static List<SourceRange> ofEach(StoredTables tables, int most) {
    long perRange = Math.max(SnapshotKeeper.PAGES_PER_SESSION, ceil(tables.pages(), most));
    List<SourceRange> ranges = new ArrayList<>();
    for (StoredTable table : tables.all()) {
      if (!table.inPages() || table.pages() > 0) {
        add(ranges, "ONLY " + table.name(), table.inPages() ? table.pages() : 0, perRange);
      }
    }
    return ranges;
  }

  /**
   * Returns ranges that each include some pages of every table.
   *
   * @param relation the table through which they are read
   */
  private static List<SourceRange> ofAll(StoredTables tables, int most, String relation) {
    long longest = tables.all().stream().mapToLong(StoredTable::pages).max().orElse(0);
    long count = Math.max(1, Math.min(most, tables.pages() / SnapshotKeeper.PAGES_PER_SESSION));
    List<SourceRange> ranges = new ArrayList<>();
    add(ranges, relation, longest, Math.max(1, ceil(longest, count)));
    return ranges;
  }

  /**
   * Adds ranges. The last one is open: it includes pages that were added after the table was
   * measured.
   */
  private static void add(List<SourceRange> ranges, String relation, long pages, long perRange) {
    long count = Math.max(1, ceil(pages, perRange));
    for (long i = 0; i < count; i++) {
      long end = i == count - 1 ? Long.MAX_VALUE : (i + 1) * perRange;
      ranges.add(new SourceRange(ranges.size(), relation, i * perRange, end));
    }
  }

  private static long ceil(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  /** Returns the conditions of a range: none for all rows. */
  static List<String> conditions(SourceRange range) {
    List<String> conditions = new ArrayList<>();
    if (range.start() > 0) {
      conditions.add("ctid >= '(%s,0)'".formatted(range.start()));
    }
    if (range.end() != Long.MAX_VALUE) {
      conditions.add("ctid < '(%s,0)'".formatted(range.end()));
    }
    return conditions;
  }
}
