package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.KeptRanges;
import dev.diagonal.internal.transfer.resume.IncrementalTransfer;
import dev.diagonal.internal.transfer.resume.InsertRun;
import dev.diagonal.internal.transfer.resume.Kind;
import dev.diagonal.internal.transfer.resume.RecordedTransfers;
import dev.diagonal.internal.transfer.resume.UnfinishedFiles;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.internal.transfer.write.JdbcSink;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromFiles;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.Incremental;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.transfer.mapping.Mapping;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records of a transfer: a later run continues the transfer with them, and a worker what a lost
 * worker has begun. Used by one thread.
 */
final class Recording {

  private final TransferSpec spec;
  private final RecordedSpec recorded;
  private final RunOptions options;
  private final boolean staged;
  private final @Nullable String task;
  private final @Nullable RecordedTransfers tables;
  private final @Nullable UnfinishedFiles files;
  private final @Nullable IncrementalTransfer incremental;
  private final InsertRun inserts = new InsertRun();
  private final List<String> remarks = new ArrayList<>();
  private @Nullable KeptRanges remaining;
  private boolean hasAllRows;

  /**
   * @param staged whether the tables change at the end
   * @param task the name of the task in a plan, or null
   * @throws UsageException if the transfer is to be resumed and is not recorded
   */
  Recording(TransferSpec spec, RunOptions options, boolean staged, @Nullable String task) {
    this.spec = spec;
    this.recorded = new RecordedSpec(spec);
    this.options = options;
    this.staged = staged;
    this.task = task;
    boolean restarts = staged && spec.resume();
    if (spec.resume() && !isRecorded() && !restarts) {
      throw new UsageException(
          options.getBadRecords() != null
              ? "--resume cannot be combined with --badRecords: the bad records of the interrupted run are lost"
              : "--resume needs a command that waits for its job: remove --attachedMode=false or -d");
    }
    if (restarts) {
      remarks.add(
          "an interrupted run has written nothing to the tables, so all rows are transferred");
    }
    this.tables = recordedTables();
    this.files =
        spec.resume() && recorded.fillsOnlyFiles() ? new UnfinishedFiles(recorded.paths()) : null;
    Incremental wanted = spec.incremental();
    this.incremental =
        wanted == null
            ? null
            : new IncrementalTransfer(
                new InternalSchema(spec.ledger().schema()), wanted.column(), wanted.overlap());
  }

  private @Nullable RecordedTransfers recordedTables() {
    boolean fromTable =
        spec.from() instanceof FromJdbc && recorded.upserts() && spec.incremental() == null;
    if (!recorded.fillsTablesFromFiles() && !fromTable) {
      return null;
    }
    Kind start = fromTable ? Kind.NONE : Kind.START;
    Kind kind = !isRecorded() ? Kind.NONE : spec.resume() ? Kind.RESUME : start;
    String command =
        !isResumable() ? "" : spec.resume() ? "the same command" : "the same command with --resume";
    return new RecordedTransfers(
        spec.ledger(), spec.commitRows(), kind, command, recorded.rows(), task == null ? "" : task);
  }

  /** Returns whether an interrupted run can be resumed. */
  boolean isResumable() {
    return isRecorded() && (spec.resume() || (recorded.fillsTablesFromFiles() && task == null));
  }

  private boolean isRecorded() {
    return options.getBadRecords() == null && !Runners.isDetached(options) && !staged;
  }

  /**
   * Returns the number of readers that the ranges of an interrupted run were made for.
   *
   * @param planned the number of readers of this run, which is returned if none is resumed
   */
  int readers(BlockSource source, ServerUrls servers, int planned) throws Exception {
    int readers = files == null ? planned : files.readers(planned);
    if (tables != null && spec.from() instanceof FromFiles) {
      for (ToJdbc to : spec.tables()) {
        readers = tables.readers(to.database().at(servers), to.table(), source, readers);
      }
    }
    return readers;
  }

  /** Returns the part of the source that is new, or its ranges in an interrupted run. */
  BlockSource narrow(BlockSource source, ServerUrls servers) throws Exception {
    if (incremental != null && source instanceof JdbcRows rows) {
      return recorded.begin(incremental, rows, servers);
    }
    if (tables != null && spec.resume() && spec.from() instanceof FromJdbc && !staged) {
      ToJdbc to = spec.tables().get(0);
      return tables.ranges(to.database().at(servers), to.table(), source);
    }
    return source;
  }

  /**
   * Begins or resumes the writing of files.
   *
   * @param readers the number of readers that the ranges of the source are made for
   */
  void beginFiles(BlockSource source, Mapping mapping, RowType rows, int readers) throws Exception {
    if (files != null) {
      files.begin(
          source,
          readers,
          "%s %s %s %s %s"
              .formatted(spec.from(), spec.to(), recorded.mapping(mapping), rows, spec.verify()));
    } else if (!spec.resume()) {
      UnfinishedFiles.forget(recorded.paths());
    }
  }

  /** Returns whether finished parts of files are kept. */
  boolean keepsParts() {
    return files != null;
  }

  /** Begins or resumes the writing of a table, whose key may come later; returns the ledger. */
  LedgerSettings begin(
      JdbcTarget at, Table table, Table keyed, WriteMode mode, BlockSource source, int readers)
      throws Exception {
    if (isRepeated(table, mode, source)) {
      return inserts.begin(at, table.name(), spec.ledger());
    }
    if (tables == null) {
      return spec.ledger();
    }
    LedgerSettings ledger = tables.begin(at, keyed, mode, source, readers);
    if (source instanceof KeptRanges kept) {
      Map<Integer, Long> finished = InsertRun.finished(at, ledger);
      remaining = kept.without(finished.keySet());
      if (!finished.isEmpty()) {
        remarks.add(
            String.format(
                Locale.ROOT,
                "the interrupted run has written %,d rows of %d of %d ranges at an earlier moment than this one",
                finished.values().stream().mapToLong(Long::longValue).sum(),
                finished.size(),
                kept.ranges().size()));
      }
    }
    return ledger;
  }

  /** Returns a line about an unfinished transfer to a table, or nothing, and changes nothing. */
  String look(JdbcTarget database, Table table, WriteMode mode, BlockSource source, int readers)
      throws Exception {
    return tables == null || !(spec.from() instanceof FromFiles)
        ? ""
        : tables.look(database, table, mode, source, readers);
  }

  /** Returns a line about the rows that an incremental transfer would read, or nothing. */
  String window(BlockSource source, ServerUrls servers) throws SQLException, InterruptedException {
    return incremental != null && source instanceof JdbcRows rows
        ? recorded.look(incremental, rows, servers)
        : "";
  }

  /** Returns whether a runner may repeat inserts whose rows are the same in each attempt. */
  private boolean isRepeated(Table table, WriteMode mode, BlockSource source) {
    return !Runners.isDirect(options)
        && isRecorded()
        && mode == WriteMode.INSERT
        && table.keyColumns().isEmpty()
        && source instanceof JdbcRows rows
        && rows.isRepeatable();
  }

  /** Returns the sink of a table, whose ranges are recorded if the source is a table. */
  JdbcSink recorded(JdbcSink sink, BlockSource source) {
    return source instanceof KeptRanges ? sink.rewritingRanges() : sink;
  }

  /** Returns the ranges of the source that no earlier run has finished. */
  BlockSource remaining(BlockSource source) {
    return remaining == null ? source : remaining;
  }

  /** Returns whether no repeated write inserts rows again. */
  boolean isRecording() {
    return inserts.isRecording() || (tables != null && tables.isRecording());
  }

  /**
   * Returns what the user should know at the end, a line each.
   *
   * @param bad how many bad records there were
   */
  List<String> remarks(long bad) {
    List<String> all = new ArrayList<>(remarks);
    if (incremental != null) {
      all.addAll(incremental.remarks(bad));
    }
    return all;
  }

  /** Notes that all rows are written; what follows may still fail. */
  void hasAllRows() {
    hasAllRows = true;
    if (files != null) {
      files.hasAllParts();
    }
  }

  /** Ends the transfer, which is complete. Only {@link #moveMark} may follow. */
  void end() throws SQLException, InterruptedException, IOException {
    inserts.close();
    if (tables != null && endsWithPlan()) {
      tables.endLater();
    } else if (tables != null) {
      tables.end();
    }
    if (files != null) {
      files.end();
    }
  }

  /**
   * Moves the high-water mark, if there is one, when the target is complete and verified. It stays
   * if there were bad records, which the next transfer then reads again.
   */
  void moveMark(long bad) throws SQLException, InterruptedException {
    if (incremental != null && bad == 0) {
      incremental.end();
    }
  }

  /**
   * Returns whether what is recorded is kept until all tasks of the plan are done. The rows of a
   * table may change until the plan runs again, so a transfer from a table ends with its task.
   */
  boolean endsWithPlan() {
    return tables != null && spec.resume() && task != null && spec.from() instanceof FromFiles;
  }

  /** Ends a transfer of a plan whose tasks are all done. */
  void endWithPlan() throws SQLException, InterruptedException {
    if (tables != null) {
      tables.end();
    }
  }

  /** Keeps what a later run needs to continue. */
  void close() throws InterruptedException {
    inserts.close();
    if (incremental != null) {
      incremental.close();
    }
    if (files != null) {
      files.close();
    }
    if (tables != null) {
      tables.close(hasAllRows);
    }
  }
}
