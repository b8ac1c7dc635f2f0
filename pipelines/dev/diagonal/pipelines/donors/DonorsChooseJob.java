package dev.diagonal.pipelines.donors;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.elasticsearch.index.RefreshIndex;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.internal.csv.ReadCsv;
import dev.diagonal.internal.donors.DonationFiles;
import dev.diagonal.internal.donors.DonationReport;
import dev.diagonal.internal.donors.JoinDonations;
import dev.diagonal.internal.donors.Table;
import dev.diagonal.internal.elasticsearch.index.IndexCheck;
import dev.diagonal.internal.elasticsearch.index.LeftLoadMode;
import dev.diagonal.internal.elasticsearch.index.LoadMode;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.options.Warnings;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.OutputRuns;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.run.Summary;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** The pipeline of {@link DonorsChoose}: reads and packs, joins in shards, indexes. */
final class DonorsChooseJob implements Job {

  private static final String JOIN = "Documents";

  private static final long BASE_HEAP_BYTES = 128L << 20;

  private final DonorsChooseOptions options;
  private final DonorsInputs inputs;
  private final CsvDialect dialect;
  private final @Nullable String output;
  private final SinkPlace place;
  private final Shards shards;
  private final DeadLetters deadLetters;
  private ElasticsearchTarget index;
  private List<String> report = List.of();
  private @Nullable LoadMode loadMode;

  private DonorsChooseJob(DonorsChooseOptions options) {
    this.options = options;
    this.inputs = DonorsInputs.of(options);
    this.dialect =
        JoinDonations.DIALECT
            .withDelimiter(CsvInputOptions.delimiter(options.getDelimiter()))
            .withSkipped(CsvInputOptions.skipped(options));
    this.output = options.getOutput();
    this.place = SinkPlace.of(options.getElasticsearchUrl(), output, options.getElasticsearchUrl());
    if (output == null && place.isNone()) {
      throw new IllegalArgumentException("there is no target: set --output or --elasticsearchUrl");
    }
    Sinks.checkBulkLoadMode(options, place);
    if (options.getShards() < 0) {
      throw new UsageException("--shards must be >= 0, got " + options.getShards());
    }
    this.shards =
        new Shards(
            options.getShards() > 0
                ? options.getShards()
                : inputs.shards(Runners.readers(options)));
    this.deadLetters = DeadLetters.of(options);
    this.index = target(ServerUrls.TO_COME);
    // Refuses invalid settings before anything is done.
    Object unused = Sinks.indexDocuments(index, options);
  }

  /**
   * @throws IllegalArgumentException if an option is invalid
   */
  static DonorsChooseJob of(DonorsChooseOptions options) {
    RunOptions.refuseLimit(
        options,
        "the three files are joined, and the first rows of one need any rows of the others");
    return new DonorsChooseJob(options);
  }

  @Override
  public List<String> describe() {
    List<String> lines = new ArrayList<>(inputs.describe());
    lines.add("joins:   in " + shards.count() + " shards");
    if (output != null) {
      lines.add("writes:  a document per donation to " + shards.count() + " files in " + output);
    }
    if (!place.isNone()) {
      lines.add("creates: the index " + index.index() + ", if it is missing");
      lines.add("writes:  a document per donation to " + index);
    }
    lines.add(deadLetters.describe());
    return lines;
  }

  @Override
  public JobFiles files() {
    return JobFiles.NONE
        .reads("projects", inputs.projects().patterns())
        .reads("donations", inputs.donations().patterns())
        .reads("resources", inputs.resources().patterns())
        .writesInto("output", output, DonationFiles.PREFIX);
  }

  private DonationFiles.Target files(String directory) {
    return new DonationFiles.Target(
        directory, options.getOutputCompression().suffix(), OutputRuns.of(options));
  }

  @Override
  public String afterInterruption() {
    return "Files and documents of finished shards stay. The same command starts from the beginning"
        + " and replaces them.";
  }

  @Override
  public long inputBytes() {
    return inputs.bytes();
  }

  /**
   * Returns the heap for a grouping, which the DirectRunner holds in memory: the rows as bytes, and
   * a quarter for overhead. Measured: with 300,000 donations of 151 MiB in plain files, two readers
   * and {@code -Xmx560m}, at most 220 MiB were alive after a full collection; this returns 541 MiB.
   */
  @Override
  public long heapBytes() {
    long heap = BASE_HEAP_BYTES + Runners.readers(options) * DonorsInputs.READER_HEAP_BYTES;
    if (!options.getRunner().getSimpleName().equals("DirectRunner")) {
      return heap;
    }
    long rows = inputs.textBytes();
    return heap + rows + rows / 4;
  }

  @Override
  public Set<EmbeddedServers.Kind> embeddedServers() {
    return place.isEmbedded() ? Set.of(EmbeddedServers.Kind.ELASTICSEARCH) : Set.of();
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) throws Exception {
    index = target(servers);
    if (!place.isNone()) {
      IndexTemplate.of(Table.mapping()).createIfMissing(index);
      if (options.getBulkLoadMode()) {
        loadMode = LoadMode.begin(index);
      }
    }
    List<Output> outputs = new ArrayList<>();
    PCollection<Written> unused =
        deadLetters.collect(pipeline, outputs, handler -> write(pipeline, handler));
    if (output != null) {
      outputs.add(new Output("JSON lines", JOIN + "/" + JoinDonations.FILES, output));
    }
    if (!place.isNone()) {
      outputs.add(new Output("Elasticsearch", JOIN + "/" + JoinDonations.INDEX, index.toString()));
    }
    return outputs;
  }

  @Override
  public void dryRun(Findings findings) throws InterruptedException {
    if (!place.isNone()) {
      IndexCheck check = new IndexCheck(index);
      boolean unused =
          findings.check(() -> "server:  " + check.server())
              && findings.check(() -> "index:   " + check.strict(Table.mapping()));
    }
    findings.rows(
        "the donations, each with its project and resources", () -> inputs.firstDonations(dialect));
  }

  private PCollection<Written> write(
      Pipeline pipeline, @Nullable ErrorHandler<BadRecord, ?> handler) {
    JoinDonations join = join();
    return pipeline.apply(
        JOIN,
        handler == null
            ? join
            : join.withBadRecordErrorHandler(handler, options.getMaxBadRecords()));
  }

  private JoinDonations join() {
    JoinDonations join =
        JoinDonations.from(
            new JoinDonations.Inputs(
                inputs.projects().patterns(),
                inputs.donations().patterns(),
                inputs.resources().patterns()),
            shards);
    join = join.withDialect(dialect);
    if (output != null) {
      join = join.writingTo(files(output));
    }
    return place.isNone() ? join : join.indexing(Sinks.indexDocuments(index, options).settings());
  }

  @Override
  public @Nullable String needsLauncher() {
    if (output != null) {
      return "files of an earlier run with more shards are deleted at the end";
    }
    return options.getBulkLoadMode() ? "--bulkLoadMode is reset at the end" : null;
  }

  @Override
  public boolean groups() {
    return true;
  }

  @Override
  public void complete() throws Exception {
    if (output != null) {
      DonationFiles.deleteOthers(files(output), shards);
    }
    if (!place.isNone()) {
      Warnings.print(RefreshIndex.ifAllowed(index));
      if (loadMode == null) {
        Warnings.print(LeftLoadMode.warning(index));
      }
    }
    if (place.isEmbedded()) {
      report = DonationReport.of(index.urls().get(0), index.index());
    }
  }

  @Override
  public void release() throws IOException, InterruptedException {
    LoadMode mode = loadMode;
    if (mode != null) {
      mode.restore();
    }
  }

  @Override
  public List<String> remarks(PipelineResult result) {
    List<String> remarks = new ArrayList<>(report);
    long replaced = Summary.counted(result, ReadCsv.REPLACED_CHARACTERS);
    if (replaced > 0) {
      remarks.add(String.format(Locale.ROOT, "%,d invalid characters were replaced", replaced));
    }
    return remarks;
  }

  private ElasticsearchTarget target(ServerUrls servers) {
    return Sinks.elasticsearch(
        place.isNone() ? SinkPlace.of("embedded") : place,
        options.getElasticsearchIndex(),
        options,
        servers);
  }
}
