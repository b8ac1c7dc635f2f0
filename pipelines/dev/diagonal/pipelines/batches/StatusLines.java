package dev.diagonal.pipelines.batches;

import dev.diagonal.jobs.JobStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the step status of {@link RatingBatches} prints. */
final class StatusLines {

  private StatusLines() {}

  static List<String> of(JobStatus status) {
    List<String> lines = new ArrayList<>();
    for (JobStatus.Count count : status.byStatus()) {
      say(
          lines,
          "%-10s %,10d batches %,15d ratings",
          count.status(),
          count.batches(),
          count.rows());
    }
    say(lines, "not published: %,d complete batches", status.unpublished());
    say(lines, "bad: %,d ratings of complete batches were left out", status.badRows());
    say(lines, "rate: %,d ratings/s per worker", status.rowsPerSecond());
    JobStatus.Lease lease = status.oldestLease();
    if (lease != null) {
      say(
          lines,
          "oldest lease: batch %s, for %s s, by %s, %s",
          lease.batchId(),
          lease.age().toSeconds(),
          lease.worker(),
          lease.left().isNegative()
              ? "ended %s s ago".formatted(-lease.left().toSeconds())
              : "ends in %s s".formatted(lease.left().toSeconds()));
    }
    for (JobStatus.Failed failed : status.failed()) {
      say(
          lines,
          "failed: batch %s after %s attempts: %s",
          failed.batchId(),
          failed.attempts(),
          failed.error());
    }
    long more = status.failedBatches() - status.failed().size();
    if (more > 0) {
      say(lines, "failed: %,d more", more);
    }
    return lines;
  }

  private static void say(List<String> lines, String line, Object... values) {
    lines.add(String.format(Locale.ROOT, line, values));
  }
}
