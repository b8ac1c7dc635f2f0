package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.RefreshIndex;
import dev.diagonal.internal.elasticsearch.index.LeftLoadMode;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.parquet.ParquetFileSink;
import dev.diagonal.internal.transfer.resume.TargetRows;
import dev.diagonal.internal.transfer.sink.TargetTable;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.write.BlockSink;
import dev.diagonal.internal.transfer.write.IndexSink;
import dev.diagonal.internal.transfer.write.JdbcSink;
import dev.diagonal.internal.transfer.write.TextFileSink;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.pipelines.options.Warnings;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.OutputRuns;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.To;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToCsv;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJsonLines;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToParquet;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sinks of a transfer. */
final class TransferOutput {

  private final TransferSpec spec;
  private final RunOptions options;
  private final TransferInput input;
  private final @Nullable StagedSinks staged;
  private final Recording recording;
  private final List<ElasticsearchTarget> indices = new ArrayList<>();
  private final KeysAfter keys = new KeysAfter();

  /**
   * @param staged creates the sinks of tables that change at the end, or null if they change
   *     immediately
   * @param recording what the transfer records
   */
  TransferOutput(
      TransferSpec spec,
      RunOptions options,
      TransferInput input,
      @Nullable StagedSinks staged,
      Recording recording) {
    this.spec = spec;
    this.options = options;
    this.input = input;
    this.staged = staged;
    this.recording = recording;
  }

  /** Returns a sink. Creates missing tables, indices and stages. */
  BlockSink sink(To to, BlockSource source, RowType rows, ServerUrls servers) throws Exception {
    if (to instanceof ToJdbc table) {
      return tableSink(table, source, rows, table.database().at(servers));
    } else if (to instanceof ToIndex index) {
      return indexSink(index, rows, index.index().at(servers));
    } else if (to instanceof ToParquet parquet) {
      ParquetFileSink sink = ParquetFileSink.at(parquet.path(), OutputRuns.of(options));
      return recording.keepsParts() ? sink.keepingParts() : sink;
    }
    TextFileSink sink =
        to instanceof ToCsv csv
            ? TextFileSink.csv(
                csv.path(),
                csv.format().dialect().delimiter(),
                csv.format().dialect().quote(),
                "\n",
                csv.format().header(),
                OutputRuns.of(options))
            : TextFileSink.jsonLines(((ToJsonLines) to).path(), OutputRuns.of(options));
    return recording.keepsParts() ? sink.keepingParts() : sink;
  }

  private BlockSink indexSink(ToIndex to, RowType rows, ElasticsearchTarget target)
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

  /** Returns the table that exists, or that would be created. */
  Table find(ToJdbc to, BlockSource source, RowType rows, JdbcTarget database) throws Exception {
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
    if (staged != null && spec.resume() && to.mode() == Mode.insert) {
      TargetRows.checkNone(database, to.table());
    }
    leftOut(table, rows).forEach(Warnings::print);
    return table;
  }

  /** Returns a line about an unfinished transfer to a table, or nothing, and changes nothing. */
  String unfinished(ToJdbc to, BlockSource source, JdbcTarget database, Table table)
      throws Exception {
    return DatabaseKind.of(database.url()) != DatabaseKind.POSTGRES
        ? "" // which no other database has
        : recording.look(database, table, modeOf(to.mode()), source, input.readers());
  }

  private BlockSink tableSink(ToJdbc to, BlockSource source, RowType rows, JdbcTarget database)
      throws Exception {
    Table found = find(to, source, rows, database);
    WriteMode mode = modeOf(to.mode());
    StagedSinks stages = staged;
    Table table =
        to.keyAfter() && keys.areFor(database, found, spec.resume())
            ? keys.without(database, found)
            : found;
    if (stages == null) {
      table = TargetTable.created(database, table, source.describe(), rows, mode);
    }
    LedgerSettings ledger = recording.begin(database, table, found, mode, source, input.readers());
    if (stages == null) {
      JdbcSink sink = new JdbcSink(database, table, mode, spec.commitRows(), ledger);
      return recording.recorded(options.getBadRecords() == null ? sink.failing() : sink, source);
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

  /** Returns the keys that are made at the end. */
  KeysAfter keys() {
    return keys;
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
