package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.files.InputFiles;
import dev.diagonal.internal.metrics.RunCounts;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.run.RowTransfer;
import dev.diagonal.internal.transfer.sink.StagedTables;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.write.BlockSink;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.RunnerDefaults;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.run.Summary;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.To;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import dev.diagonal.transfer.mapping.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** The pipeline of a transfer, with its preparation and completion. */
public final class TransferJob implements Job {

  private final TransferSpec spec;
  private final RunOptions options;
  private final DeadLetters deadLetters;
  private final Set<EmbeddedServers.Kind> embedded;
  private final @Nullable Consumer<StagedTables> publisher;
  private final StagedSinks staged;
  private final TransferText text;
  private final TransferInput input;
  private final TransferOutput output;
  private final FirstRows firstRows;
  private final @Nullable SourceSnapshot ownSnapshot;
  private final @Nullable TransferReceipt receipt;
  private final Recording recording;
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private volatile @Nullable RunCounts counts;
  private volatile boolean isCompleting;
  private volatile boolean isVerifying;
  private List<String> typeRemarks = List.of();

  /**
   * @param embedded the embedded servers that the job needs
   * @param publisher takes the stages once they are filled, or null to publish them then
   * @param shared the snapshot that the group reads, or null to take one
   * @param task the name of the task in a plan, or null
   */
  public TransferJob(
      TransferSpec spec,
      RunOptions options,
      Set<EmbeddedServers.Kind> embedded,
      @Nullable Consumer<StagedTables> publisher,
      @Nullable SourceSnapshot shared,
      @Nullable String task) {
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
    if (spec.atOnce()) {
      new TablesAtOnce().check(spec.tables());
    }
    this.recording = new Recording(spec, options, isStaged(), task);
    this.text = new TransferText(spec, isStaged(), recording.isResumable());
    this.ownSnapshot = shared == null ? new SourceSnapshot() : null;
    this.input = new TransferInput(spec, options, snapshot(shared), recording);
    this.output = new TransferOutput(spec, options, input, isStaged() ? staged : null, recording);
    this.firstRows = new FirstRows(spec, deadLetters);
    this.receipt = spec.verify() ? new TransferReceipt(spec, options, publisher != null) : null;
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
    JobFiles files = JobFiles.NONE.reads("from", spec.files());
    for (String path : new RecordedSpec(spec).paths()) {
      files = files.writes("to", path);
    }
    return Runners.isOnCluster(options) ? files : files.inPlace("to");
  }

  @Override
  public String afterInterruption() {
    return text.afterInterruption(staged.publication());
  }

  @Override
  public long inputBytes() {
    List<String> files = spec.files();
    return files.isEmpty() ? 0 : InputFiles.matchingIfAny(files).totalBytes();
  }

  @Override
  public long heapBytes() {
    return TransferHeap.bytes(spec, Runners.readers(options));
  }

  @Override
  public Set<EmbeddedServers.Kind> embeddedServers() {
    return embedded;
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception {
    BlockSource source = recording.narrow(input.open(servers), servers);
    RunnerDefaults.limitReaders(pipeline.getOptions(), source.mostRanges());
    Mapping mapping = TransferTypes.of(spec, source, servers);
    if (receipt != null) {
      receipt.begin(source, mapping);
    }
    RowTransfer planned = RowTransfer.of(source, mapping, List.of());
    RowType rows = planned.rows();
    firstRows.check(planned);
    recording.beginFiles(source, mapping, rows, input.readers());
    List<BlockSink> sinks = new ArrayList<>();
    List<Output> outputs = new ArrayList<>();
    for (To to : spec.to()) {
      String step = "Transfer/" + RowTransfer.step(sinks.size()) + "/";
      BlockSink sink = output.sink(to, source, rows, servers);
      sinks.add(receipt == null ? sink : receipt.checked(to, sink, rows, servers));
      outputs.add(new Output(TransferText.kind(to), step, TransferText.target(to, sink)));
    }
    if (!Runners.isDirect(options) && !isStaged() && !recording.isRecording()) {
      // Others do not write rows again.
      text.warnings().forEach(System.err::println);
    }
    PassedTuples passed = PassedTuples.of(spec, options, source, sinks, servers);
    typeRemarks = passed == null ? planned.remarks() : passed.remarks();
    RowTransfer transfer =
        (passed == null
                ? RowTransfer.of(recording.remaining(source), mapping, sinks)
                : RowTransfer.of(passed.source(), Mapping.NONE, List.of(passed.sink())))
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
    new TransferDryRun(spec, input, output, firstRows, recording, isStaged()).report(findings);
  }

  private boolean isStaged() {
    return spec.atOnce() || publisher != null;
  }

  @Override
  public List<String> remarks(PipelineResult result) {
    List<String> remarks = new ArrayList<>(typeRemarks);
    remarks.addAll(TransferText.counted(result));
    remarks.addAll(recording.remarks(TransferText.bad(result, staged)));
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
    recording.close();
    RunCounts now = counts;
    if (now != null) {
      now.end();
    }
  }

  @Override
  public @Nullable String needsLauncher() {
    return text.needsLauncher();
  }

  @Override
  public String completion() {
    return isStaged() ? staged.phase() : output.keys().phase();
  }

  @Override
  public @Nullable String phase() {
    return isVerifying ? "verifying" : isCompleting ? completion() : null;
  }

  @Override
  public void complete() throws Exception {
    isCompleting = true;
    recording.hasAllRows();
    if (receipt == null || !receipt.readsSourceAgain()) {
      closeSnapshot(); // releases its locks first: the table that was read may be replaced
    }
    output.refresh();
    staged.publish();
    output.keys().create();
    recording.end();
  }

  /** Returns whether what it records is kept until all tasks of the plan are done. */
  public boolean endsWithPlan() {
    return recording.endsWithPlan();
  }

  /** Ends what is kept until all tasks of the plan are done. */
  public void endWithPlan() throws Exception {
    recording.endWithPlan();
  }

  @Override
  public boolean verifies() {
    return receipt != null;
  }

  @Override
  public List<Summary.Verified> verify(PipelineResult result) throws Exception {
    isVerifying = receipt != null;
    List<Summary.Verified> verified = receipt == null ? List.of() : receipt.verify(result);
    recording.moveMark(TransferText.bad(result, staged));
    return verified;
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
