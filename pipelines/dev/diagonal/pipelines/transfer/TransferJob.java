package dev.diagonal.pipelines.transfer;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.InputFiles;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.metrics.RunCounts;
import dev.diagonal.internal.transfer.sink.RecordedTransfers;
import dev.diagonal.internal.transfer.sink.RecordedTransfers.Kind;
import dev.diagonal.internal.transfer.sink.StagedTables;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.dryrun.ShownRows;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.JobFiles;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.RunnerDefaults;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.run.Summary;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.transfer.TransferSpec.FromFiles;
import dev.diagonal.pipelines.transfer.TransferSpec.FromParquet;
import dev.diagonal.pipelines.transfer.TransferSpec.To;
import dev.diagonal.pipelines.transfer.TransferSpec.ToFile;
import dev.diagonal.pipelines.transfer.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.TransferSpec.ToJdbc;
import dev.diagonal.pipelines.transfer.TransferSpec.ToParquet;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.rows.RowBlock;
import dev.diagonal.rows.RowType;
import dev.diagonal.transfer.TransferRows;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.sink.TransferSink;
import dev.diagonal.transfer.source.TransferSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** The pipeline of a transfer, with its preparation and completion. */
final class TransferJob implements Job {

  private static final long BASE_HEAP_BYTES = 64L << 20;
  private static final long STAGE_HEAP_BYTES = 8L << 20;

  /** The heap for a row of the transactions that a table writer binds or has in flight. */
  private static final long COMMIT_ROW_BYTES = 600;

  /**
   * The heap for a row group that is read or written, including its pages while they are
   * compressed.
   */
  private static final long ROW_GROUP_HEAP_BYTES = 64L << 20;

  private final TransferSpec spec;
  private final RunOptions options;
  private final DeadLetters deadLetters;
  private final Set<EmbeddedServers.Kind> embedded;
  private final @Nullable Consumer<StagedTables> publisher;
  private final StagedSinks staged;
  private final TransferText text;
  private final TransferEnds ends;
  private final @Nullable SourceSnapshot ownSnapshot;
  private final @Nullable TransferReceipt receipt;
  private final @Nullable RecordedTransfers recorded;
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private volatile @Nullable RunCounts counts;
  private List<String> typeRemarks = List.of();

  /**
   * @param embedded the embedded servers that the job needs
   * @param publisher takes the stages once they are filled, or null to publish them then
   * @param shared the snapshot that the group reads, or null to take one
   */
  TransferJob(
      TransferSpec spec,
      RunOptions options,
      Set<EmbeddedServers.Kind> embedded,
      @Nullable Consumer<StagedTables> publisher,
      @Nullable SourceSnapshot shared) {
    this.spec = spec;
    this.options = options;
    this.deadLetters = DeadLetters.of(options);
    this.embedded = Set.copyOf(embedded);
    this.publisher = publisher;
    this.staged = new StagedSinks(deadLetters, publisher);
    spec.check(publisher != null);
    if (Runners.isOnCluster(options)) {
      spec.checkRemote();
    }
    this.recorded = recorded();
    this.text = new TransferText(spec, isStaged(), isResumable());
    this.ownSnapshot = shared == null ? new SourceSnapshot() : null;
    this.ends =
        new TransferEnds(spec, options, isStaged() ? staged : null, snapshot(shared), recorded);
    this.receipt = spec.verify() ? new TransferReceipt(spec, options, publisher != null) : null;
  }

  /**
   * Returns what records the transfer, or ends earlier ones; null without files or tables, and for
   * a trial of a few records.
   */
  private @Nullable RecordedTransfers recorded() {
    if (spec.resume() && !isRecorded()) {
      throw new UsageException(
          options.getBadRecords() != null
              ? "--resume cannot be combined with --badRecords: the bad records of the interrupted run are lost"
              : "--resume needs a command that waits for its job: remove --attachedMode=false or -d");
    }
    if (!fillsTablesFromFiles()) {
      return null;
    }
    Kind kind = spec.resume() ? Kind.RESUME : isRecorded() ? Kind.START : Kind.NONE;
    String advice = isResumable() ? "; the same command with --resume writes the others" : "";
    return new RecordedTransfers(spec.ledger(), spec.commitRows(), kind, advice);
  }

  private boolean fillsTablesFromFiles() {
    return spec.from() instanceof FromFiles && !spec.tables().isEmpty() && spec.limit() == 0;
  }

  private boolean isRecorded() {
    return options.getBadRecords() == null && !Runners.isDetached(options) && !isStaged();
  }

  /** Returns whether an interrupted run can be resumed; the transfers of a plan cannot. */
  private boolean isResumable() {
    return fillsTablesFromFiles()
        && isRecorded()
        && options.as(TransferOptions.class).getPlan() == null;
  }

  private @Nullable SourceSnapshot snapshot(@Nullable SourceSnapshot shared) {
    if (!SourceSnapshot.isFor(spec.from())) {
      return null;
    }
    if (ownSnapshot != null) {
      ownSnapshot.add(spec.from());
    }
    return shared == null ? ownSnapshot : shared;
  }

  @Override
  public List<String> describe() {
    List<String> lines = text.lines();
    lines.add(deadLetters.describe());
    return lines;
  }

  /**
   * An output may replace its input if the runner never repeats a read: a repeated read would see
   * the new file.
   */
  @Override
  public JobFiles files() {
    JobFiles files = JobFiles.NONE.reads("from", inputs());
    for (To to : spec.to()) {
      if (to instanceof ToFile file) {
        files = files.writes("to", file.path());
      }
    }
    return Runners.isOnCluster(options) ? files : files.inPlace("to");
  }

  private List<String> inputs() {
    return spec.from() instanceof FromFiles input ? input.files() : List.of();
  }

  @Override
  public String afterInterruption() {
    return text.afterInterruption();
  }

  @Override
  public long inputBytes() {
    List<String> files = inputs();
    return files.isEmpty() ? 0 : InputFiles.matchingIfAny(files).totalBytes();
  }

  @Override
  public long heapBytes() {
    long tables = spec.to().stream().filter(to -> to instanceof ToJdbc).count();
    // A few blocks between any two stages, each of at most 1 MiB or one large row.
    long groups = spec.to().stream().filter(to -> to instanceof ToParquet).count();
    groups += spec.from() instanceof FromParquet ? 1 : 0;
    long perReader =
        (1 + spec.to().size()) * STAGE_HEAP_BYTES
            + tables * spec.commitRows() * COMMIT_ROW_BYTES
            + groups * ROW_GROUP_HEAP_BYTES;
    return BASE_HEAP_BYTES + Runners.readers(options) * perReader;
  }

  @Override
  public Set<EmbeddedServers.Kind> embeddedServers() {
    return embedded;
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception {
    TransferSource source = ends.source(servers);
    RunnerDefaults.limitReaders(pipeline.getOptions(), source.mostRanges());
    Mapping mapping = TransferTypes.of(spec, source, servers);
    if (receipt != null) {
      receipt.begin(source, mapping);
    }
    TransferRows planned = TransferRows.of(source, mapping, List.of());
    typeRemarks = planned.remarks();
    RowType rows = planned.rows();
    checkFirstRows(planned);
    List<TransferSink> sinks = new ArrayList<>();
    List<Output> outputs = new ArrayList<>();
    for (To to : spec.to()) {
      String step = "Transfer/" + TransferRows.step(sinks.size()) + "/";
      TransferSink sink = ends.sink(to, source, rows, servers);
      sinks.add(receipt == null ? sink : receipt.checked(to, sink, rows, servers));
      outputs.add(new Output(TransferText.kind(to), step, TransferText.target(to, sink)));
    }
    boolean isRecorded = recorded != null && recorded.isRecording();
    if (!Runners.isDirect(options) && !isStaged() && !isRecorded) { // none of these repeats writes
      text.warnings().forEach(System.err::println);
    }
    PassedTuples passed = PassedTuples.of(spec, options, source, sinks, servers);
    if (passed != null) {
      typeRemarks = List.of(PassedTuples.REMARK);
    }
    TransferRows transfer =
        (passed == null
                ? TransferRows.of(source, mapping, sinks)
                : TransferRows.of(passed.source(), Mapping.NONE, List.of(passed.sink())))
            .withBlockRows(spec.blockRows())
            .withRun(run)
            .withMaxBadRecords(options.getMaxBadRecords());
    counts = RunCounts.start(run, sinks.size());
    PCollection<Written> unused =
        deadLetters.collect(
            pipeline,
            outputs,
            handler -> pipeline.apply("Transfer", transfer.withBadRecordErrorHandler(handler)));
    return outputs;
  }

  @Override
  public void dryRun(Findings findings) throws InterruptedException {
    TransferRows planned = ends.look(findings);
    if (planned == null) {
      return;
    }
    List<String> files = inputs();
    if (!files.isEmpty() && InputFiles.matchingIfAny(files).hasPipes()) {
      findings.say("rows:    not shown, because a pipe can be read only once");
      return;
    }
    List<RowBlock> first = new ArrayList<>();
    boolean unused =
        findings.check(
            () -> {
              DeadLetter bad = planned.firstRows(first::add);
              if (bad != null && deadLetters.path() == null) {
                findings.refuse(new BadInputException(bad.describe()));
              }
              return bad == null ? "bad:     none of the first rows" : "bad:     " + bad.describe();
            });
    findings.rows("the input", ShownRows.of(planned.rows(), first));
  }

  /** Files are read before tables and indices are created. A pipe can be read only once. */
  private void checkFirstRows(TransferRows planned) throws Exception {
    List<String> files = inputs();
    boolean creates =
        spec.to().stream().anyMatch(to -> to instanceof ToJdbc || to instanceof ToIndex);
    if (!creates
        || files.isEmpty()
        || deadLetters.path() != null
        || InputFiles.matchingIfAny(files).hasPipes()) {
      return;
    }
    DeadLetter bad = planned.firstBadRow();
    if (bad != null) {
      throw new BadInputException(bad.describe());
    }
  }

  private boolean isStaged() {
    return spec.atOnce() || publisher != null;
  }

  @Override
  public List<String> remarks(PipelineResult result) {
    List<String> remarks = new ArrayList<>(typeRemarks);
    long resumed = Summary.counted(result, Counted.ROWS_RESUMED.metricName());
    if (resumed > 0) {
      remarks.add(
          String.format(
              Locale.ROOT, "%,d rows were already committed by the interrupted run", resumed));
    }
    long superseded = Summary.counted(result, Counted.SUPERSEDED.metricName());
    if (superseded > 0) {
      remarks.add(
          String.format(
              Locale.ROOT,
              "%,d documents were not written: the index has newer versions",
              superseded));
    }
    return remarks;
  }

  /**
   * Rows of files and of all-or-nothing tables become visible only at the end, so they count then.
   */
  @Override
  public @Nullable Progress progress() {
    RunCounts now = counts;
    if (now == null) {
      return null;
    }
    long written = 0;
    for (int i = 0; i < spec.to().size(); i++) {
      To to = spec.to().get(i);
      if (to instanceof ToIndex || (to instanceof ToJdbc && !isStaged())) {
        written += now.rowsWritten(i);
      }
    }
    return new Progress(now.rowsRead(), written, now.badRecords());
  }

  @Override
  public void release() throws InterruptedException {
    closeSnapshot();
    if (recorded != null) {
      recorded.close();
    }
    RunCounts now = counts;
    if (now != null) {
      now.end();
    }
  }

  @Override
  public @Nullable String needsLauncher() {
    if (isStaged()) {
      return "--transaction=all writes the rows to the tables at the end";
    } else if (spec.verify()) {
      return "--verify reads the targets at the end";
    }
    return SourceSnapshot.isFor(spec.from())
        ? "--snapshot=one keeps one snapshot for all readers (--snapshot=each does not need it)"
        : null;
  }

  @Override
  public String completion() {
    return isStaged() ? "publishing the tables" : "finishing";
  }

  @Override
  public void complete() throws Exception {
    if (receipt == null || !receipt.readsSourceAgain()) {
      closeSnapshot(); // releases its locks first: the table that was read may be replaced
    }
    ends.refresh();
    staged.publish();
    if (recorded != null) {
      recorded.end();
    }
  }

  @Override
  public boolean verifies() {
    return receipt != null;
  }

  @Override
  public List<Summary.Verified> verify(PipelineResult result) throws Exception {
    return receipt == null ? List.of() : receipt.verify(result);
  }

  private void closeSnapshot() {
    if (ownSnapshot != null) {
      ownSnapshot.close();
    }
  }

  @Override
  public Map<String, Long> refusedRows() {
    return staged.refused();
  }

  @Override
  public void abandon() throws Exception {
    staged.abandon();
  }
}
