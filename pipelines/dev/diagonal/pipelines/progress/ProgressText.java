package dev.diagonal.pipelines.progress;

import dev.diagonal.internal.metrics.Counted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Formats the progress of a job. The most important parts come first, and a narrow line drops the
 * last ones.
 *
 * @param totalBytes how many bytes the job will read, or 0 if that is unknown
 * @param groups whether rows are grouped after they have been read and before they are written
 */
record ProgressText(long totalBytes, boolean groups) {

  private static final int BAR = 20;
  private static final String MEGABYTES = " MB read";

  /**
   * Returns the longest text that fits into a line of this many columns. Drops the megabytes first,
   * because the percentage shows the same.
   */
  static String fitting(List<String> all, int columns) {
    List<String> parts = new ArrayList<>(all);
    if (String.join("", all).length() > columns) {
      parts.removeIf(part -> part.startsWith(", ") && part.endsWith(MEGABYTES));
    }
    StringBuilder text = new StringBuilder();
    for (String part : parts) {
      if (text.length() + part.length() > columns) {
        break;
      }
      text.append(part);
    }
    return text.isEmpty() && !parts.isEmpty()
        ? parts.get(0).substring(0, Math.min(columns, parts.get(0).length()))
        : text.toString();
  }

  /** Returns the parts of the line, which make up the text together. */
  List<String> parts(Map<Counted, Long> counted, double seconds) {
    long bytes = counted.getOrDefault(Counted.BYTES_READ, 0L);
    long rows = counted.getOrDefault(Counted.ROWS_READ, 0L);
    long bad = counted.getOrDefault(Counted.BAD_RECORDS, 0L);
    List<String> parts = new ArrayList<>();
    if (totalBytes > 0) {
      long read = Math.min(bytes, totalBytes); // long rows may be read more than once
      parts.add(String.format(Locale.ROOT, "%3d %%", share(bytes)));
      parts.add(
          String.format(Locale.ROOT, ", %,.1f of %,.1f" + MEGABYTES, read / 1e6, totalBytes / 1e6));
    } else {
      parts.add(String.format(Locale.ROOT, "%,.1f" + MEGABYTES, bytes / 1e6));
    }
    String phase = phase(bytes, counted.getOrDefault(Counted.ROWS_WRITTEN, 0L), seconds);
    if (!phase.isEmpty()) {
      parts.add(", " + phase);
    }
    parts.add(String.format(Locale.ROOT, ", %,d rows", rows));
    parts.add(String.format(Locale.ROOT, ", %,.0f rows/s", rows / Math.max(seconds, 0.001)));
    parts.add(
        String.format(
            Locale.ROOT,
            ", %,d batches written",
            counted.getOrDefault(Counted.BATCHES_WRITTEN, 0L)));
    parts.add(String.format(Locale.ROOT, ", %,d bad records", bad));
    return parts;
  }

  /** Returns a bar that is as full as the input is read; empty if the input's size is unknown. */
  String bar(Map<Counted, Long> counted) {
    if (totalBytes == 0) {
      return "";
    }
    int full = (int) (share(counted.getOrDefault(Counted.BYTES_READ, 0L)) * BAR / 100);
    return "[%s%s] ".formatted("=".repeat(full), " ".repeat(BAR - full));
  }

  private long share(long bytes) {
    return Math.min(100, 100 * bytes / totalBytes);
  }

  /** Returns how long the rest of the reading takes at the same speed, or what happens after it. */
  private String phase(long bytes, long written, double seconds) {
    if (totalBytes == 0 || bytes == 0) {
      return "";
    }
    if (bytes >= totalBytes) {
      return groups && written == 0 ? "now grouping" : "now writing";
    }
    long left = Math.round(seconds * (totalBytes - bytes) / bytes);
    return left < 120
        ? String.format(Locale.ROOT, "%d s left", left)
        : String.format(Locale.ROOT, "%d min left", Math.round(left / 60.0));
  }
}
