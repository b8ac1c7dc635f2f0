package dev.diagonal.pipelines.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.diagonal.internal.files.output.WholeFile;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.metrics.Changes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.jspecify.annotations.Nullable;

/**
 * The results of a run, in exact figures.
 *
 * @param command the command
 * @param state the final state of the runner, such as DONE
 * @param rowsRead the good records
 * @param badRecords the bad records
 * @param seconds how long the run took, from building the pipeline to its end
 * @param outputs what was written where
 * @param remarks further notes, one line each
 */
public record Summary(
    @JsonProperty("command") String command,
    @JsonProperty("state") String state,
    @JsonProperty("rows_read") long rowsRead,
    @JsonProperty("bad_records") long badRecords,
    @JsonProperty("seconds") double seconds,
    @JsonProperty("rows_per_second") long rowsPerSecond,
    @JsonProperty("outputs") List<Written> outputs,
    @JsonProperty("remarks") List<String> remarks) {

  public record Written(
      @JsonProperty("sink") String sink,
      @JsonProperty("target") String target,
      @JsonProperty("rows_written") long rowsWritten,
      @JsonProperty("rows_unmatched") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
          long rowsUnmatched,
      @JsonProperty("rows_unconfirmed") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
          long rowsUnconfirmed,
      @JsonProperty("changes") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Changes changes,
      @JsonProperty("verified") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable Verified verified) {

    Written(String sink, String target, long rowsWritten) {
      this(sink, target, rowsWritten, 0, 0, null, null);
    }

    private Written with(long rows, @Nullable Changes its, @Nullable Verified found) {
      return new Written(sink, target, rows, rowsUnmatched, rowsUnconfirmed, its, found);
    }

    private String ofChanges() {
      if (changes == null) {
        return "";
      }
      List<String> parts = new ArrayList<>();
      if (changes.added() > 0 || changes.uncertain() == 0) {
        parts.add(String.format(Locale.ROOT, "%,d new", changes.added()));
      }
      add(parts, "changed", changes.changed());
      add(parts, "unchanged", changes.unchanged());
      add(parts, "replaced by later ones of the same key", changes.replaced());
      add(parts, "dropped by a trigger of the table", changes.dropped());
      add(
          parts,
          "of unknown effect, as a trigger or a rule of the table may drop rows",
          changes.uncertain());
      return " (" + String.join(", ", parts) + ")";
    }

    private static void add(List<String> parts, String what, long count) {
      if (count > 0) {
        parts.add(String.format(Locale.ROOT, "%,d %s", count, what));
      }
    }
  }

  /** The rows of a sink, which are those that were sent to it. */
  public record Verified(
      @JsonProperty("rows") long rows,
      @JsonProperty("checksum") String checksum,
      @JsonProperty("scope") String scope,
      @JsonProperty("seconds") double seconds) {}

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Returns the summary of a pipeline that has ended. */
  static Summary of(
      String command,
      PipelineResult result,
      double seconds,
      List<Job.Output> outputs,
      List<String> remarks) {
    MetricQueryResults metrics = RunMetrics.of(result);
    long rows = RunMetrics.sum(metrics, Counted.ROWS_READ, "");
    List<Written> written = new ArrayList<>();
    List<String> notes = new ArrayList<>(remarks);
    for (Job.Output output : outputs) {
      long rowsWritten = RunMetrics.sum(metrics, Counted.ROWS_WRITTEN, output.step());
      written.add(
          new Written(
              output.sink(),
              output.target(),
              rowsWritten,
              RunMetrics.sum(metrics, Counted.ROWS_UNMATCHED, output.step()),
              RunMetrics.sum(metrics, Counted.ROWS_UNCONFIRMED, output.step()),
              RunMetrics.changes(metrics, output.step(), rowsWritten),
              null));
      notes.addAll(RowsNotWritten.remarks(written.get(written.size() - 1)));
    }
    return new Summary(
        command,
        String.valueOf(result.getState()),
        rows,
        RunMetrics.sum(metrics, Counted.BAD_RECORDS, ""),
        Math.round(seconds * 1000) / 1000.0,
        Math.round(rows / Math.max(seconds, 0.001)),
        written,
        notes);
  }

  /** Returns the summary of a job that needed no runner. */
  static Summary withoutPipeline(String command, double seconds, List<String> remarks) {
    return new Summary(
        command, "DONE", 0, 0, Math.round(seconds * 1000) / 1000.0, 0, List.of(), remarks);
  }

  /** Returns this summary with {@code more} additional bad records. */
  Summary withMoreBadRecords(long more) {
    return new Summary(
        command, state, rowsRead, badRecords + more, seconds, rowsPerSecond, outputs, remarks);
  }

  /** Returns this summary with a note if files of {@code bytes} bytes had no rows. */
  Summary remarkingNoRows(long bytes) {
    if (rowsRead + badRecords > 0) {
      return this;
    }
    List<String> more = new ArrayList<>(remarks);
    more.add(
        bytes == 0
            ? "no rows were read: the input is empty"
            : "no rows were read: the input has only a header");
    return new Summary(command, state, rowsRead, badRecords, seconds, rowsPerSecond, outputs, more);
  }

  /** Returns this summary with the results of the comparison for the first outputs. */
  Summary withVerified(List<Verified> found) {
    List<Written> all = new ArrayList<>(outputs);
    for (int i = 0; i < found.size(); i++) {
      Written it = all.get(i);
      all.set(i, it.with(it.rowsWritten, it.changes, found.get(i)));
    }
    return new Summary(command, state, rowsRead, badRecords, seconds, rowsPerSecond, all, remarks);
  }

  /**
   * Returns this summary with the given rows, by the target of their output, counted as bad instead
   * of written.
   */
  Summary withRefused(Map<String, Long> rows) {
    if (rows.isEmpty()) {
      return this;
    }
    long refused = rows.values().stream().mapToLong(Long::longValue).sum();
    List<Written> all =
        outputs.stream()
            .map(
                output ->
                    output.with(
                        output.sink.equals(Job.Output.BAD_RECORDS)
                            ? output.rowsWritten + refused
                            : output.rowsWritten - rows.getOrDefault(output.target, 0L),
                        rows.containsKey(output.target) ? null : output.changes,
                        output.verified))
            .toList();
    return new Summary(
        command, state, rowsRead, badRecords + refused, seconds, rowsPerSecond, all, remarks);
  }

  /** Returns the lines that are printed at the end of a run. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %,d rows read, %,d bad, in %.1f s (%,d rows/s)",
            command,
            rowsRead,
            badRecords,
            seconds,
            rowsPerSecond));
    for (Written output : outputs) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-22s %,12d rows  %s%s",
              output.sink,
              output.rowsWritten,
              output.target,
              output.ofChanges()));
      Verified verified = output.verified;
      if (verified != null) {
        lines.add(
            String.format(
                Locale.ROOT,
                "  %-22s %,12d rows  checksum %s, %s, read in %.1f s",
                "  verified",
                verified.rows,
                verified.checksum,
                verified.scope,
                verified.seconds));
      }
    }
    remarks.forEach(remark -> lines.add("  " + remark));
    return lines;
  }

  /** Returns what a failed pipeline has counted in the bundles that were finished. */
  static Job.Progress progress(PipelineResult result, List<Job.Output> outputs) {
    MetricQueryResults metrics = RunMetrics.of(result);
    long written = 0;
    for (Job.Output output : outputs) {
      written += RunMetrics.sum(metrics, Counted.ROWS_WRITTEN, output.step());
    }
    return new Job.Progress(
        RunMetrics.sum(metrics, Counted.ROWS_READ, ""),
        written,
        RunMetrics.sum(metrics, Counted.BAD_RECORDS, ""));
  }

  /** Writes a summary as JSON. */
  static void write(String file, Object summary) throws IOException {
    byte[] json = (JSON.writeValueAsString(summary) + "\n").getBytes(UTF_8);
    WholeFile.at(file).write(out -> out.write(json));
  }

  /** Returns how many records an ended pipeline has read. */
  static Runners.Read read(PipelineResult result) {
    MetricQueryResults metrics = RunMetrics.of(result);
    Map<Counted, Long> counts = new EnumMap<>(Counted.class);
    for (Counted counted : Counted.values()) {
      counts.put(counted, RunMetrics.sum(metrics, counted, ""));
    }
    return new Runners.Read(
        counts.getOrDefault(Counted.ROWS_READ, 0L),
        counts.getOrDefault(Counted.BAD_RECORDS, 0L),
        counts);
  }

  /** Returns the total of one of our counters over all steps; 0 if none has it. */
  public static long counted(PipelineResult result, String counter) {
    return RunMetrics.sum(RunMetrics.of(result), counter, "");
  }

  /** Returns a remark on records that equal the header of their file; none if there are none. */
  public static List<String> repeatedHeaders(PipelineResult result) {
    long records = counted(result, Counted.REPEATED_HEADERS.metricName());
    return records == 0
        ? List.of()
        : List.of(
            String.format(
                Locale.ROOT,
                "%,d record(s) equal the header of their file and were read like any other: were files joined?",
                records));
  }

  /** Returns the total of one of our counters over the steps whose names start so. */
  public static long counted(PipelineResult result, String step, String counter) {
    return RunMetrics.sum(RunMetrics.of(result), counter, step);
  }

  /** Returns the names of our counters that a pipeline has counted. */
  public static Set<String> counters(PipelineResult result) {
    Set<String> names = new TreeSet<>();
    for (MetricResult<Long> counter : RunMetrics.of(result).getCounters()) {
      if (counter.getName().getNamespace().equals(Counted.NAMESPACE)) {
        names.add(counter.getName().getName());
      }
    }
    return names;
  }
}
