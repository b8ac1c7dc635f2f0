package dev.diagonal.pipelines.transfer;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.RefreshIndex;
import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.elasticsearch.index.IndexCheck;
import dev.diagonal.internal.elasticsearch.index.LeftLoadMode;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.internal.transfer.LimitedSource;
import dev.diagonal.internal.transfer.sink.RecordedTransfers;
import dev.diagonal.internal.transfer.sink.TargetTable;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.options.Warnings;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.OutputRuns;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.transfer.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.TransferSpec.Database;
import dev.diagonal.pipelines.transfer.TransferSpec.From;
import dev.diagonal.pipelines.transfer.TransferSpec.FromCsv;
import dev.diagonal.pipelines.transfer.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.TransferSpec.FromJsonLines;
import dev.diagonal.pipelines.transfer.TransferSpec.FromParquet;
import dev.diagonal.pipelines.transfer.TransferSpec.To;
import dev.diagonal.pipelines.transfer.TransferSpec.ToCsv;
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
import dev.diagonal.transfer.sink.TextFileSink;
import dev.diagonal.transfer.sink.TransferSink;
import dev.diagonal.transfer.source.CsvFiles;
import dev.diagonal.transfer.source.JdbcRows;
import dev.diagonal.transfer.source.JdbcStandardRows;
import dev.diagonal.transfer.source.JsonLineFiles;
import dev.diagonal.transfer.source.SnapshotKeeper;
import dev.diagonal.transfer.source.TransferSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Opens the source and the sinks of a transfer. */
final class TransferEnds {

  private static final int RANGES_PER_READER = 4;

  private final TransferSpec spec;
  private final RunOptions options;
  private final @Nullable StagedSinks staged;
  private final @Nullable SourceSnapshot snapshot;
  private final @Nullable RecordedTransfers recorded;
  private final List<ElasticsearchTarget> indices = new ArrayList<>();
  private int plannedReaders;

  /**
   * @param staged creates the sinks of tables that change at the end, or null if they change
   *     immediately
   * @param snapshot the snapshot that the source is read from, or null
   * @param recorded records transfers that can be resumed, or null
   */
  TransferEnds(
      TransferSpec spec,
      RunOptions options,
      @Nullable StagedSinks staged,
      @Nullable SourceSnapshot snapshot,
      @Nullable RecordedTransfers recorded) {
    this.spec = spec;
    this.options = options;
    this.staged = staged;
    this.snapshot = snapshot;
    this.recorded = recorded;
    this.plannedReaders = Runners.readers(options);
  }

  /** Returns the source, with its ranges and columns known. */
  TransferSource source(ServerUrls servers) throws Exception {
    TransferSource source = source(servers, plannedReaders);
    RecordedTransfers before = recorded;
    if (before == null) {
      return source;
    }
    int readers = plannedReaders;
    for (ToJdbc to : spec.tables()) {
      readers = before.readers(to.database().at(servers), to.table(), source, readers);
    }
    if (readers == plannedReaders) {
      return source;
    }
    plannedReaders = readers; // a resumed transfer has the ranges of the interrupted one
    return source(servers, readers);
  }

  private TransferSource source(ServerUrls servers, int readers) throws Exception {
    TransferSource source = whole(servers, readers);
    return spec.limit() == 0 ? source : new LimitedSource(source, spec.limit());
  }

  private TransferSource whole(ServerUrls servers, int readers) throws Exception {
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
      SnapshotKeeper keeper = snapshot == null ? null : snapshot.keeper(database, options);
      return table == null
          ? JdbcRows.ofQuery(database, query, jdbc.rangeKey(), ranges, keeper)
          : JdbcRows.ofTable(database, table, jdbc.rangeKey(), ranges, keeper);
    }
    return table == null
        ? JdbcStandardRows.ofQuery(database, query, jdbc.rangeKey(), ranges)
        : JdbcStandardRows.ofTable(database, table, jdbc.rangeKey(), ranges);
  }

  /** Returns a sink. Creates missing tables, indices and stages. */
  TransferSink sink(To to, TransferSource source, RowType rows, ServerUrls servers)
      throws Exception {
    if (to instanceof ToJdbc table) {
      return tableSink(table, source, rows, table.database().at(servers));
    } else if (to instanceof ToIndex index) {
      return indexSink(index, rows, index.index().at(servers));
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

  private TransferSink indexSink(ToIndex to, RowType rows, ElasticsearchTarget target)
      throws Exception {
    indices.add(target);
    IndexSink sink =
        IndexSink.of(BulkSettings.of(target).withPipeline(to.pipeline()), to.columns());
    try {
      sink.check(rows);
      return sink.prepared(rows, Warnings::print);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Looks at the source and the sinks for a dry run, and changes nothing.
   *
   * @return the rows, or null if the run would fail before it knows them
   */
  @Nullable TransferRows look(Findings findings) throws InterruptedException {
    ServerUrls servers = ServerUrls.TO_COME;
    boolean reached = true;
    for (Findings.Look<String> server : servers()) {
      reached &= findings.check(() -> "server:  " + server.at());
    }
    TransferSource source = reached ? findings.find(() -> source(servers, plannedReaders)) : null;
    Mapping mapping =
        source == null ? null : findings.find(() -> TransferTypes.of(spec, source, servers));
    if (source == null || mapping == null) {
      return null;
    }
    TransferRows rows = findings.find(() -> TransferRows.of(source, mapping, List.of()));
    if (rows == null) {
      return null;
    }
    findings.say(
        "types:   %s%s"
            .formatted(
                source.guesses() == null ? "" : "guessed unless set: ",
                rows.rows().fields().stream()
                    .map(field -> field.name() + " " + field.sqlType())
                    .collect(Collectors.joining(", "))));
    for (To to : spec.to()) {
      if (to instanceof ToJdbc table) {
        boolean unused = findings.check(() -> "table:   " + look(table, source, rows.rows()));
      } else if (to instanceof ToIndex index) {
        boolean unused =
            findings.check(
                () ->
                    "index:   "
                        + IndexSink.of(BulkSettings.of(index.index().at(servers)), index.columns())
                            .look(rows.rows()));
      }
    }
    return rows;
  }

  /** Returns what logs in to each server, once. */
  private List<Findings.Look<String>> servers() {
    Map<String, Findings.Look<String>> servers = new LinkedHashMap<>();
    List<Database> databases = new ArrayList<>();
    if (spec.from() instanceof FromJdbc from) {
      databases.add(from.database());
    }
    spec.tables().forEach(table -> databases.add(table.database()));
    for (Database each : databases) {
      TableCheck check = new TableCheck(each.at(ServerUrls.TO_COME));
      servers.put(check.database().toString(), check::server);
    }
    for (To to : spec.to()) {
      if (to instanceof ToIndex index) {
        IndexCheck check = new IndexCheck(index.index().at(ServerUrls.TO_COME));
        servers.put(check.target().urls().toString(), check::server);
      }
    }
    return List.copyOf(servers.values());
  }

  private String look(ToJdbc to, TransferSource source, RowType rows) throws Exception {
    JdbcTarget database = to.database().at(ServerUrls.TO_COME);
    Table table = find(to, source, rows, database);
    if (staged != null) {
      if (to.mode() == Mode.upsert) {
        CreateTable.checkKey(database, table);
      }
      new TableCheck(database).stages(spec.ledger().schema());
      return to.table() + " exists or would be created, and changes at the end";
    }
    return TargetTable.look(database, table);
  }

  /** Returns the table that exists, or that would be created. */
  private Table find(ToJdbc to, TransferSource source, RowType rows, JdbcTarget database)
      throws Exception {
    new InternalSchema(spec.ledger().schema()).refuse(to.table());
    WriteMode mode = modeOf(to.mode());
    Table table =
        TargetTable.find(
            database,
            to.table(),
            source.describe(),
            rows,
            to.key(),
            mode,
            to.mode() == Mode.replace);
    leftOut(table, rows).forEach(Warnings::print);
    return table;
  }

  private TransferSink tableSink(
      ToJdbc to, TransferSource source, RowType rows, JdbcTarget database) throws Exception {
    Table table = find(to, source, rows, database);
    WriteMode mode = modeOf(to.mode());
    StagedSinks stages = staged;
    if (stages == null) {
      TargetTable.create(database, table);
    }
    LedgerSettings ledger =
        recorded == null
            ? spec.ledger()
            : recorded.begin(database, table, mode, source, plannedReaders);
    if (stages == null) {
      return new JdbcSink(database, table, mode, spec.commitRows(), ledger);
    }
    if (to.mode() == Mode.upsert) {
      CreateTable.checkKey(database, table); // before the stage is filled
    }
    return stages.sink(to, database, table, source, spec);
  }

  private static List<String> leftOut(Table table, RowType rows) {
    List<String> names = table.columns().stream().map(Column::name).toList();
    return rows.names().stream()
        .filter(name -> !names.contains(name))
        .map(
            name ->
                "column %s of table %s is generated by the database and is not written"
                    .formatted(name, table.name()))
        .toList();
  }

  private static WriteMode modeOf(Mode mode) {
    return switch (mode) {
      case insert, replace -> WriteMode.INSERT;
      case ignore -> WriteMode.INSERT_IGNORE;
      case upsert -> WriteMode.UPSERT;
      case update -> WriteMode.UPDATE;
      case delete -> WriteMode.DELETE;
    };
  }

  /**
   * Makes the documents of all indices visible, and warns of settings that a killed run has left.
   */
  void refresh() throws Exception {
    for (ElasticsearchTarget index : indices) {
      Warnings.print(RefreshIndex.ifAllowed(index));
      Warnings.print(LeftLoadMode.warning(index));
    }
  }
}
