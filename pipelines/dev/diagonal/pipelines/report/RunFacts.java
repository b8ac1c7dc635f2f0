package dev.diagonal.pipelines.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diagonal.internal.fault.DeadLetterCounts;
import dev.diagonal.internal.metrics.BatchTotals;
import dev.diagonal.internal.metrics.RecordedBatch;
import dev.diagonal.internal.metrics.StageTime;
import dev.diagonal.pipelines.progress.RunSamples.Sample;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a run when its report is written.
 *
 * @param command the command
 * @param started when it started, for the reader
 * @param versions of what ran
 * @param options as they were given, without secrets
 * @param job what it reads, creates and writes, one line each
 * @param summary the summary of the run, or what is known of one that failed
 * @param samples of its counts and of this process
 * @param targets exact totals of the batches of each target
 * @param batches the batches that were kept, in the order in which they ended
 * @param step of how many batches in a row one was kept
 * @param stages what the threads of each stage did with their time
 * @param servers by how much the counts of each server grew
 * @param deadLetters by reason, most frequent first
 * @param processors of this machine
 * @param maxHeapBytes of this process
 * @param gaps what the report does not know, and why
 */
record RunFacts(
    String command,
    String started,
    List<String> versions,
    List<String> options,
    List<String> job,
    JsonNode summary,
    List<Sample> samples,
    List<BatchTotals> targets,
    List<RecordedBatch> batches,
    long step,
    Map<String, StageTime> stages,
    Map<String, Map<String, Long>> servers,
    List<DeadLetterCounts.Reason> deadLetters,
    int processors,
    long maxHeapBytes,
    List<String> gaps) {

  RunFacts {
    versions = List.copyOf(versions);
    options = List.copyOf(options);
    job = List.copyOf(job);
    samples = List.copyOf(samples);
    targets = List.copyOf(targets);
    batches = List.copyOf(batches);
    stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages)); // keeps the order
    servers = Collections.unmodifiableMap(new LinkedHashMap<>(servers));
    deadLetters = List.copyOf(deadLetters);
    gaps = List.copyOf(gaps);
  }

  boolean isDone() {
    return summary.path("state").asText().equals("DONE");
  }

  double seconds() {
    return summary.path("seconds").asDouble();
  }

  long rowsRead() {
    return summary.path("rows_read").asLong();
  }

  long badRecords() {
    return summary.path("bad_records").asLong();
  }

  /** Returns the rows in all sinks together, dead letters apart. */
  long rowsWritten() {
    if (summary.has("rows_written")) {
      return summary.path("rows_written").asLong();
    }
    long rows = 0;
    for (JsonNode output : summary.path("outputs")) {
      rows += output.path("sink").asText().equals("bad records") ? 0 : written(output);
    }
    return rows;
  }

  static long written(JsonNode output) {
    return output.path("rows_written").asLong();
  }

  @Nullable String failure() {
    return summary.path("failure").asText(null);
  }

  /** Returns the root of the tree of tasks, if the run was a plan. */
  Optional<JsonNode> plan() {
    return summary.has("children") ? Optional.of(summary) : Optional.empty();
  }

  /** Returns how long it took until the first row was read; 0 if none was counted. */
  double startUpSeconds() {
    double before = 0;
    for (Sample sample : samples) {
      if (sample.rowsRead() + sample.badRecords() > 0) {
        return before;
      }
      before = sample.seconds();
    }
    return 0;
  }

  double cpuSeconds() {
    return samples.isEmpty() ? 0 : samples.get(samples.size() - 1).cpuSeconds();
  }

  double gcSeconds() {
    return samples.isEmpty() ? 0 : samples.get(samples.size() - 1).gcSeconds();
  }
}
