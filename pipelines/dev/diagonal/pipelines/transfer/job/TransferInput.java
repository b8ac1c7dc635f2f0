package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.transfer.LimitedSource;
import dev.diagonal.internal.transfer.parquet.ParquetFiles;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.CsvFiles;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.internal.transfer.source.JdbcStandardRows;
import dev.diagonal.internal.transfer.source.JsonLineFiles;
import dev.diagonal.internal.transfer.source.SnapshotKeeper;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.From;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromCsv;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJsonLines;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromParquet;
import org.jspecify.annotations.Nullable;

/** The source of a transfer. */
final class TransferInput {

  private static final int RANGES_PER_READER = 4;

  private final TransferSpec spec;
  private final RunOptions options;
  private final @Nullable SourceSnapshot snapshot;
  private final @Nullable Recording recording;
  private int readers;

  /**
   * @param snapshot the snapshot that the source is read from, or null
   * @param recording what the transfer records, or null for a look at the source alone
   */
  TransferInput(
      TransferSpec spec,
      RunOptions options,
      @Nullable SourceSnapshot snapshot,
      @Nullable Recording recording) {
    this.spec = spec;
    this.options = options;
    this.snapshot = snapshot;
    this.recording = recording;
    this.readers = Runners.readers(options);
  }

  /** Returns the number of readers for which the ranges of the source are cut. */
  int readers() {
    return readers;
  }

  /** Returns the source, with its ranges and columns known. */
  BlockSource open(ServerUrls servers) throws Exception {
    BlockSource source = open(servers, readers);
    int planned = recording == null ? readers : recording.readers(source, servers, readers);
    if (planned == readers) {
      return source;
    }
    readers = planned; // a resumed transfer has the ranges of the interrupted one
    return open(servers, readers);
  }

  private BlockSource open(ServerUrls servers, int planned) throws Exception {
    BlockSource source = whole(servers, planned);
    return spec.limit() == 0 ? source : new LimitedSource(source, spec.limit());
  }

  private BlockSource whole(ServerUrls servers, int planned) throws Exception {
    RangePlan plan = RangePlan.DEFAULT.forReaders(planned);
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
    int ranges = planned * RANGES_PER_READER;
    String rangeKey = spec.rangeKey();
    String table = jdbc.table();
    String query = String.valueOf(jdbc.query());
    if (DatabaseKind.of(database.url()) == DatabaseKind.POSTGRES) {
      SnapshotKeeper keeper = snapshot == null ? null : snapshot.keeper(database, options);
      return table == null
          ? JdbcRows.ofQuery(database, query, rangeKey, ranges, keeper)
          : JdbcRows.ofTable(database, table, rangeKey, ranges, keeper);
    }
    return table == null
        ? JdbcStandardRows.ofQuery(database, query, rangeKey, ranges)
        : JdbcStandardRows.ofTable(database, table, rangeKey, ranges);
  }
}
