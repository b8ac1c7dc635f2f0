package dev.diagonal.pipelines.transfer;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.LeftLoadMode;
import dev.diagonal.elasticsearch.index.RefreshIndex;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RangePlan;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.CreateTable;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.TargetTable;
import dev.diagonal.jdbc.write.WriteMode;
import dev.diagonal.metrics.Counted;
import dev.diagonal.metrics.RunCounts;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.options.Warnings;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.JobFiles;
import dev.diagonal.pipelines.run.OutputRuns;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.run.Summary;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.transfer.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.TransferSpec.From;
import dev.diagonal.pipelines.transfer.TransferSpec.FromCsv;
import dev.diagonal.pipelines.transfer.TransferSpec.FromFiles;
import dev.diagonal.pipelines.transfer.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.TransferSpec.FromJsonLines;
import dev.diagonal.pipelines.transfer.TransferSpec.FromParquet;
import dev.diagonal.pipelines.transfer.TransferSpec.To;
import dev.diagonal.pipelines.transfer.TransferSpec.ToCsv;
import dev.diagonal.pipelines.transfer.TransferSpec.ToFile;
import dev.diagonal.pipelines.transfer.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.TransferSpec.ToJdbc;
import dev.diagonal.pipelines.transfer.TransferSpec.ToJsonLines;
import dev.diagonal.pipelines.transfer.TransferSpec.ToParquet;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.rows.RowType;
import dev.diagonal.transfer.TransferRows;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.parquet.ParquetFileSink;
import dev.diagonal.transfer.parquet.ParquetFiles;
import dev.diagonal.transfer.sink.IndexSink;
import dev.diagonal.transfer.sink.JdbcSink;
import dev.diagonal.transfer.sink.StagedTables;
import dev.diagonal.transfer.sink.TextFileSink;
import dev.diagonal.transfer.sink.TransferSink;
import dev.diagonal.transfer.source.CsvFiles;
import dev.diagonal.transfer.source.JdbcRows;
import dev.diagonal.transfer.source.JdbcStandardRows;
import dev.diagonal.transfer.source.JsonLineFiles;
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

/** The pipeline of a transfer, and what comes before and after it. */
final class TransferJob implements Job {

  private static final long BASE_HEAP_BYTES = 64L << 20;
  private static final long STAGE_HEAP_BYTES = 8L << 20;

  /** What a writer of a table binds and has under way: the transactions' rows. */
  private static final long COMMIT_ROW_BYTES = 600;

  /** A row group that is read or written, and its pages while they are compressed. */
  private static final long ROW_GROUP_HEAP_BYTES = 64L << 20;

  private static final int RANGES_PER_READER = 4;

  private final TransferSpec spec;
  private final RunOptions options;
  private final DeadLetters deadLetters;
  private final Set<EmbeddedServers.Kind> embedded;
  private final @Nullable Consumer<StagedTables> publisher;
  private final StagedSinks staged;
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final List<ElasticsearchTarget> indices = new ArrayList<>();
  private final List<String> guesses = new ArrayList<>();
  private volatile @Nullable RunCounts counts;
  private List<String> typeRemarks = List.of();

  /**
   * @param embedded the embedded servers it wants
   * @param publisher gets the stages once they are full, or null to publish them then
   */
  TransferJob(
      TransferSpec spec,
      RunOptions options,
      Set<EmbeddedServers.Kind> embedded,
      @Nullable Consumer<StagedTables> publisher) {
    this.spec = spec;
    this.options = options;
    this.deadLetters = DeadLetters.of(options);
    this.embedded = Set.copyOf(embedded);
    this.publisher = publisher;
    this.staged = new StagedSinks(deadLetters, publisher);
    check(spec, publisher != null);
  }

  private static void check(TransferSpec spec, boolean grouped) {
    if (spec.atOnce()) {
      new TablesAtOnce().check(spec.tables());
    }
    for (To to : spec.to()) {
      if (to instanceof ToIndex index) {
        // Refuses a URL or a name that does not fit before anything is done.
        Object unused = index.index().at(ServerUrls.TO_COME);
      } else if (to instanceof ToJdbc table) {
        boolean needsKey = table.mode() != Mode.insert && table.mode() != Mode.replace;
        if (needsKey && table.key().isEmpty()) {
          throw new IllegalArgumentException(
              "mode " + table.mode() + " of table " + table.table() + " needs a key");
        }
        boolean atOnce = spec.atOnce() || grouped;
        boolean onlyAtOnce = table.mode() == Mode.replace;
        boolean neverAtOnce =
            table.mode() == Mode.ignore
                || table.mode() == Mode.update
                || table.mode() == Mode.delete;
        if ((atOnce && neverAtOnce) || (!atOnce && onlyAtOnce)) {
          throw new IllegalArgumentException(
              "mode %s of table %s goes with transaction %s"
                  .formatted(table.mode(), table.table(), atOnce ? "each" : "all"));
        }
      }
    }
  }

  @Override
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add("reads:   " + describe(spec.from()));
    spec.to().forEach(to -> lines.add("writes:  " + describe(to)));
    lines.add(
        String.format(
            Locale.ROOT,
            "blocks:  %,d rows; %,d rows a transaction%s",
            spec.blockRows(),
            spec.commitRows(),
            spec.atOnce() ? ", put into the tables at once in the end" : ""));
    lines.addAll(warnings());
    lines.add(deadLetters.describe());
    return lines;
  }

  /** What a runner that repeats work would do to tables whose rows have no key. */
  private List<String> warnings() {
    return spec.tables().stream()
        .filter(table -> table.key().isEmpty() && table.mode() != Mode.replace)
        .map(
            table ->
                isStaged()
                    ? "note:    the rows of table %s have no key: the same command inserts them again"
                        .formatted(table.table())
                    : "note:    the rows of table %s have no key: where a runner repeats a part of the"
                            .formatted(table.table())
                        + " work, or you the command, they are inserted again; --key makes it exact")
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
   * A file may replace the one it was read from where no runner repeats the reading, which would
   * read the new one.
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
    boolean tables = spec.to().stream().anyMatch(to -> to instanceof ToJdbc);
    if (spec.atOnce() || publisher != null) {
      return "Tables are as they were before. The same command starts from the beginning.";
    }
    boolean inserts =
        spec.to().stream().anyMatch(to -> to instanceof ToJdbc table && table.key().isEmpty());
    if (inserts) {
      return "Committed rows stay, and the same command inserts them again: delete them first.";
    }
    return tables
        ? "Committed rows stay. The same command starts from the beginning and writes each key once."
        : "The same command starts from the beginning.";
  }

  @Override
  public long inputBytes() {
    List<String> files = inputs();
    return files.isEmpty() ? 0 : InputFiles.matchingIfAny(files).totalBytes();
  }

  @Override
  public long heapBytes() {
    long tables = spec.to().stream().filter(to -> to instanceof ToJdbc).count();
    // A few blocks between any two stages, each of a mebibyte at most, or of one large row.
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
    TransferSource source = source(servers);
    if (!Runners.isDirect(options) && !isStaged()) { // which never repeat
      warnings().forEach(System.err::println);
    }
    Runners.limitReaders(pipeline.getOptions(), source.mostRanges());
    Mapping mapping = TransferTypes.of(spec, source, servers);
    TransferRows planned = TransferRows.of(source, mapping, List.of());
    typeRemarks = planned.remarks();
    RowType rows = planned.rows();
    List<TransferSink> sinks = new ArrayList<>();
    List<Output> outputs = new ArrayList<>();
    for (To to : spec.to()) {
      String step = "Transfer/" + TransferRows.step(sinks.size()) + "/";
      TransferSink sink = sink(to, source, mapping, rows, servers);
      sinks.add(sink);
      outputs.add(new Output(kind(to), step, target(to, sink)));
    }
    TransferRows transfer =
        TransferRows.of(source, mapping, sinks)
            .withBlockRows(spec.blockRows())
            .withRun(run)
            .withMaxBadRecords(options.getMaxBadRecords());
    counts = RunCounts.start(run, sinks.size());
    PCollection<Written> unused =
        deadLetters.collect(
            pipeline,
            outputs,
            handler ->
                pipeline.apply(
                    "Transfer",
                    handler == null ? transfer : transfer.withBadRecordErrorHandler(handler)));
    return outputs;
  }

  private static String kind(To to) {
    if (to instanceof ToJdbc) {
      return "PostgreSQL";
    }
    return to instanceof ToFile file ? file.kind() : "Elasticsearch";
  }

  private static String target(To to, TransferSink sink) {
    if (to instanceof ToJdbc table) {
      return "table " + table.table();
    }
    return to instanceof ToFile file ? file.path() : sink.describe();
  }

  private TransferSource source(ServerUrls servers) throws Exception {
    int readers = Runners.readers(options);
    RangePlan plan = RangePlan.DEFAULT.forReaders(readers);
    From from = spec.from();
    if (from instanceof FromCsv csv) {
      return CsvFiles.of(csv.files(), csv.format(), plan);
    } else if (from instanceof FromJsonLines json) {
      boolean someKeys = !spec.mapping().columns().isEmpty();
      JsonLineFiles files = JsonLineFiles.of(json.files(), plan, someKeys);
      return TransferTypes.copiesJson(spec) ? files.asWritten() : files;
    }
    if (from instanceof FromParquet parquet) {
      return ParquetFiles.of(parquet.files(), plan, spec.mapping());
    }
    FromJdbc jdbc = (FromJdbc) from;
    JdbcTarget database = jdbc.database().at(servers);
    int ranges = readers * RANGES_PER_READER;
    String table = jdbc.table();
    String query = String.valueOf(jdbc.query());
    if (database.url().startsWith("jdbc:postgresql:")) {
      return table == null
          ? JdbcRows.ofQuery(database, query, jdbc.rangeKey(), ranges)
          : JdbcRows.ofTable(database, table, jdbc.rangeKey(), ranges);
    }
    return table == null
        ? JdbcStandardRows.ofQuery(database, query, jdbc.rangeKey(), ranges)
        : JdbcStandardRows.ofTable(database, table, jdbc.rangeKey(), ranges);
  }

  private TransferSink sink(
      To to, TransferSource source, Mapping mapping, RowType rows, ServerUrls servers)
      throws Exception {
    if (to instanceof ToJdbc table) {
      return tableSink(table, source, rows, table.database().at(servers));
    } else if (to instanceof ToIndex index) {
      return indexSink(index, source, mapping, rows, index.index().at(servers));
    } else if (to instanceof ToCsv csv) {
      return TextFileSink.csv(
          csv.path(),
          csv.format().dialect().delimiter(),
          csv.format().dialect().quote(),
          "\n",
          csv.format().header(),
          OutputRuns.of(options));
    }
    if (to instanceof ToParquet parquet) {
      return ParquetFileSink.at(parquet.path(), OutputRuns.of(options));
    }
    return TextFileSink.jsonLines(((ToJsonLines) to).path(), OutputRuns.of(options));
  }

  private TransferSink indexSink(
      ToIndex to, TransferSource source, Mapping mapping, RowType rows, ElasticsearchTarget target)
      throws Exception {
    indices.add(target);
    IndexSink sink =
        IndexSink.of(BulkSettings.of(target).withPipeline(to.pipeline()), to.columns());
    try {
      sink.check(rows);
      IndexSink prepared = sink.prepared(rows, Warnings::print);
      guesses.addAll(GuessedFields.remarks(target, source, mapping, rows, prepared));
      return prepared;
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private TransferSink tableSink(
      ToJdbc to, TransferSource source, RowType rows, JdbcTarget database) throws Exception {
    spec.ledger().schema().refuse(to.table());
    WriteMode mode = to.mode() == Mode.replace ? WriteMode.INSERT : modeOf(to.mode());
    Table table = TargetTable.find(database, to.table(), rows, to.key(), mode::needs);
    leftOut(table, rows).forEach(Warnings::print);
    if (isStaged() && to.mode() == Mode.upsert) {
      CreateTable.checkKey(database, table); // before the stage is filled
    }
    if (!isStaged()) {
      TargetTable.create(database, table);
      return new JdbcSink(database, table, mode, spec.commitRows(), spec.ledger());
    }
    return staged.sink(to, database, table, source, spec);
  }

  private static List<String> leftOut(Table table, RowType rows) {
    List<String> names = table.columns().stream().map(Column::name).toList();
    return rows.names().stream()
        .filter(name -> !names.contains(name))
        .map(
            name ->
                "column %s of table %s is generated by the database and is left out"
                    .formatted(name, table.name()))
        .toList();
  }

  private boolean isStaged() {
    return spec.atOnce() || publisher != null;
  }

  private static WriteMode modeOf(Mode mode) {
    return switch (mode) {
      case insert -> WriteMode.INSERT;
      case ignore -> WriteMode.INSERT_IGNORE;
      case upsert -> WriteMode.UPSERT;
      case update -> WriteMode.UPDATE;
      case delete -> WriteMode.DELETE;
      case replace -> throw new IllegalArgumentException("replace");
    };
  }

  @Override
  public List<String> remarks(PipelineResult result) {
    List<String> remarks = new ArrayList<>(typeRemarks);
    remarks.addAll(guesses);
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
   * PackedRowReader of files, and of tables that change as a whole, are not seen before the end.
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
  public void release() {
    RunCounts now = counts;
    if (now != null) {
      now.end();
    }
  }

  @Override
  public @Nullable String needsLauncher() {
    return isStaged() ? "--transaction=all puts the rows into the tables at the end" : null;
  }

  @Override
  public void complete() throws Exception {
    for (ElasticsearchTarget index : indices) {
      Warnings.print(RefreshIndex.ifAllowed(index));
      Warnings.print(LeftLoadMode.warning(index));
    }
    staged.publish();
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
