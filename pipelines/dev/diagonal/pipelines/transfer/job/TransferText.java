package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.transfer.write.BlockSink;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.Summary;
import dev.diagonal.pipelines.transfer.job.StagedSinks.Publication;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.From;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromFiles;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.To;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToFile;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.PipelineResult;
import org.jspecify.annotations.Nullable;

/**
 * The text about a transfer that users read: its plan, its warnings, its sinks.
 *
 * @param staged whether its tables change in one transaction at the end
 * @param recorded whether an interrupted run can be resumed
 */
record TransferText(TransferSpec spec, boolean staged, boolean recorded) {

  /** Returns what {@code --dryRun} prints of the transfer. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("reads:   " + describe(spec.from()));
    spec.to().forEach(to -> lines.add("writes:  " + describe(to)));
    lines.add(
        String.format(
            Locale.ROOT,
            "blocks:  %,d rows; %,d rows per transaction%s",
            spec.blockRows(),
            spec.commitRows(),
            spec.atOnce() ? ", written to the tables in one transaction at the end" : ""));
    lines.addAll(warnings());
    return lines;
  }

  /** Returns warnings about tables without keys, in which a repeated write duplicates rows. */
  List<String> warnings() {
    return spec.tables().stream()
        .filter(table -> table.key().isEmpty() && table.mode() != Mode.replace)
        .map(
            table ->
                staged || recorded
                    ? "note:    the rows of table %s have no key: the same command inserts them again"
                        .formatted(table.table())
                    : "note:    the rows of table %s have no key. If the runner repeats part of the"
                            .formatted(table.table())
                        + " work, or you repeat the command, they are inserted again; with a key, there is"
                        + " exactly one row per key")
        .toList();
  }

  private static String describe(From from) {
    if (from instanceof FromJdbc jdbc) {
      return (jdbc.table() == null ? "a query" : "table " + jdbc.table())
          + " of "
          + jdbc.database().at(ServerUrls.TO_COME);
    }
    FromFiles files = (FromFiles) from;
    return files.kind() + " " + String.join(",", files.files());
  }

  private static String describe(To to) {
    if (to instanceof ToJdbc table) {
      return "table %s of %s, created if missing, %s%s"
          .formatted(
              table.table(),
              table.database().at(ServerUrls.TO_COME),
              table.mode(),
              table.key().isEmpty() ? "" : " by " + String.join(", ", table.key()));
    } else if (to instanceof ToIndex index) {
      return index.index().at(ServerUrls.TO_COME) + ", documents " + index.columns().id();
    }
    ToFile file = (ToFile) to;
    return file.kind() + " " + file.path();
  }

  /**
   * Returns what remains of an interrupted run, and what the same command does then.
   *
   * @param publication of the tables that change at the end
   */
  String afterInterruption(Publication publication) {
    boolean tables = spec.to().stream().anyMatch(to -> to instanceof ToJdbc);
    if (publication == Publication.COMMITTED) {
      return "All rows are committed to the tables. The same command writes them again.";
    } else if (publication == Publication.BEGUN) {
      return "The tables were being published in one transaction: either all rows are committed or"
          + " none. Look at the tables before you run the same command again.";
    } else if (staged) {
      return "Tables are unchanged. The same command starts from the beginning.";
    }
    if (recorded) {
      return "%s stay. The same command%s writes the others."
          .formatted(
              tables ? "Committed rows" : "Finished parts", spec.resume() ? "" : " with --resume");
    }
    boolean inserts =
        spec.to().stream().anyMatch(to -> to instanceof ToJdbc table && table.key().isEmpty());
    if (inserts) {
      return "Committed rows stay, and the same command inserts them again: delete them first.";
    }
    return tables
        ? "Committed rows stay. The same command starts from the beginning and writes each key"
            + " once."
        : "The same command starts from the beginning.";
  }

  /** Returns the kind of a sink. */
  static String kind(To to) {
    if (to instanceof ToJdbc table) {
      return DatabaseKind.of(table.database().at(ServerUrls.TO_COME).url()).title();
    }
    return to instanceof ToFile file ? file.kind() : "Elasticsearch";
  }

  /** Returns the name of a sink's target. */
  static String target(To to, BlockSink sink) {
    if (to instanceof ToJdbc table) {
      return "table " + table.table();
    }
    return to instanceof ToFile file ? file.path() : sink.describe();
  }

  /** Returns why the command must wait for the end of the pipeline, or null if it need not. */
  @Nullable String needsLauncher() {
    if (staged) {
      return "--transaction=all writes the rows to the tables at the end";
    } else if (spec.verify()) {
      return "--verify reads the targets at the end";
    } else if (spec.incremental() != null) {
      return "--incrementalColumn moves its high-water mark at the end";
    } else if (spec.tables().stream().anyMatch(ToJdbc::keyAfter)) {
      return "--indexes=after makes the primary key at the end";
    }
    return SourceSnapshot.isFor(spec.from())
        ? "--snapshot=one keeps one snapshot for all readers (--snapshot=each does not need it)"
        : null;
  }

  /** Returns how many bad records a run had, those that a table refused at the end too. */
  static long bad(PipelineResult result, StagedSinks staged) {
    return Summary.counted(result, Counted.BAD_RECORDS.metricName())
        + staged.refused().values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns notes on rows that a run had no need to write, one line each. */
  static List<String> counted(PipelineResult result) {
    List<String> notes = new ArrayList<>(Summary.repeatedHeaders(result));
    long resumed = Summary.counted(result, Counted.ROWS_RESUMED.metricName());
    if (resumed > 0) {
      notes.add(
          String.format(
              Locale.ROOT, "%,d rows were already committed by the interrupted run", resumed));
    }
    long superseded = Summary.counted(result, Counted.SUPERSEDED.metricName());
    if (superseded > 0) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%,d documents were not written: the index has newer versions",
              superseded));
    }
    return notes;
  }
}
