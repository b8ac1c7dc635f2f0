package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.files.output.OutputPlace;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.internal.transfer.mapping.MappedColumns;
import dev.diagonal.internal.transfer.parquet.ParquetFiles;
import dev.diagonal.internal.transfer.receipt.Canonical;
import dev.diagonal.internal.transfer.receipt.Checksum;
import dev.diagonal.internal.transfer.receipt.ComparedColumn;
import dev.diagonal.internal.transfer.receipt.FirstDifference;
import dev.diagonal.internal.transfer.receipt.HashedSink;
import dev.diagonal.internal.transfer.receipt.MismatchException;
import dev.diagonal.internal.transfer.receipt.RowSum;
import dev.diagonal.internal.transfer.receipt.TableRows;
import dev.diagonal.internal.transfer.receipt.TypedRows;
import dev.diagonal.internal.transfer.run.RowTransfer;
import dev.diagonal.internal.transfer.sink.StageSink;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.CsvFiles;
import dev.diagonal.internal.transfer.source.JsonLineFiles;
import dev.diagonal.internal.transfer.write.BlockSink;
import dev.diagonal.internal.transfer.write.JdbcSink;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.run.Summary;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.To;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToCsv;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToFile;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToParquet;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.rows.Field;
import dev.diagonal.transfer.mapping.Mapping;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.PipelineResult;
import org.jspecify.annotations.Nullable;

/** Compares the rows that a transfer has sent with those that its targets hold at its end. */
final class TransferReceipt {

  private final TransferSpec spec;
  private final RunOptions options;
  private final List<Check> checks = new ArrayList<>();
  private @Nullable TypedRows source;

  /** Reads a target; returns how many of the sent rows it holds. */
  private interface Reading {
    RowSum read(int readers) throws Exception;
  }

  /** Describes where the rows of a target differ. */
  private interface Difference {
    @Nullable String find(int readers) throws Exception;
  }

  /**
   * A sink to check.
   *
   * @param scope which rows are compared, for the summary
   */
  private record Check(
      To to, String scope, String target, Reading reading, Difference difference) {}

  /**
   * @param grouped whether the tables change together with those of a group, after the transfer
   * @throws UsageException if a sink can never be verified
   */
  TransferReceipt(TransferSpec spec, RunOptions options, boolean grouped) {
    this.spec = spec;
    this.options = options;
    for (To to : spec.to()) {
      String problem = problem(to, grouped);
      if (problem != null) {
        throw refused(TransferText.kind(to), problem);
      }
    }
  }

  private static UsageException refused(String sink, String why) {
    return new UsageException(
        "--verify cannot compare the rows of %s: %s; remove --verify".formatted(sink, why));
  }

  private @Nullable String problem(To to, boolean grouped) {
    if (to instanceof ToIndex) {
      return "documents are not read back";
    } else if (to instanceof ToFile file && OutputPlace.of(file.path()).isStream()) {
      return file.path() + " cannot be read again";
    } else if (to instanceof ToJdbc table && grouped) {
      return "table %s changes when its group ends, after this transfer".formatted(table.table());
    } else if (to instanceof ToJdbc && spec.atOnce() && options.getBadRecords() != null) {
      return "with --transaction=all and --badRecords the database may refuse rows at the end";
    }
    return to instanceof ToJdbc table
            && (table.mode() == Mode.update || table.mode() == Mode.delete)
        ? "mode %s does not write each row that is sent".formatted(table.mode())
        : null;
  }

  /** Sets the source, before the sinks are created. */
  void begin(BlockSource read, Mapping mapping) {
    source = TypedRows.of(read, mapping, spec.blockRows());
  }

  /** Returns whether it may read the source again at the end. */
  boolean readsSourceAgain() {
    return spec.tables().stream().allMatch(table -> table.mode() != Mode.replace);
  }

  /**
   * Returns a sink that sums the checksums of its rows.
   *
   * @throws UsageException if the rows of the target cannot be compared
   */
  BlockSink checked(To to, BlockSink sink, RowType rows, ServerUrls servers) throws Exception {
    if (!(to instanceof ToJdbc toTable)) {
      return file((ToFile) to, sink, rows);
    }
    Table table =
        sink instanceof StageSink stage ? stage.stage().target() : ((JdbcSink) sink).table();
    TableRows target = TableRows.before(toTable.database().at(servers), table, rows);
    String name = "table " + table.name();
    if (!target.problems().isEmpty()) {
      throw refused(name, String.join("; ", target.problems()));
    }
    boolean keyed = !table.keyColumns().isEmpty();
    boolean whole = target.wasEmpty() || toTable.mode() == Mode.replace;
    if (!whole && !keyed) {
      throw refused(
          name, "it has rows already, and without --key the new rows cannot be identified");
    } else if (!whole && toTable.mode() == Mode.ignore) {
      throw refused(name, "it has rows already, and mode ignore keeps those of the same key");
    } else if (!whole && options.getBadRecords() != null) {
      throw refused(name, "it has rows already, and --badRecords leaves some keys unwritten");
    }
    Reading byKey = readers -> target.byKey(source(), readers);
    checks.add(
        new Check(
            to,
            whole ? "the whole table" : "by key",
            name,
            whole ? target::all : byKey,
            readers -> {
              if (whole && keyed && readsSourceAgain()) {
                RowSum unused = byKey.read(readers);
              }
              return keyed ? target.differences() : null;
            }));
    return new HashedSink(sink, target.columns());
  }

  private TypedRows source() {
    TypedRows read = source;
    if (read == null) {
      throw new IllegalStateException("call begin first");
    }
    return read;
  }

  private BlockSink file(ToFile to, BlockSink sink, RowType rows) {
    List<ComparedColumn> columns = new ArrayList<>();
    for (Field field : rows.fields()) {
      columns.add(new ComparedColumn(columns.size(), Canonical.of(field.type()), 0));
    }
    checks.add(
        new Check(
            to,
            "the whole file",
            to.kind() + " " + to.path(),
            readers -> RowSum.of(readBack(to, rows), readers, columns),
            readers ->
                FirstDifference.between(
                    source(), columns, readBack(to, rows), columns, rows.names())));
    return new HashedSink(sink, columns);
  }

  /** Returns the rows of a written file, with their original types. */
  private TypedRows readBack(ToFile to, RowType rows) throws Exception {
    List<String> path = List.of(to.path());
    RangePlan plan = RangePlan.DEFAULT.forReaders(Runners.readers(options));
    BlockSource file;
    if (to instanceof ToCsv csv) {
      CsvFormat format = csv.format();
      List<String> columns = format.header() ? List.of() : rows.names();
      file =
          CsvFiles.of(
              path, new CsvFormat(format.dialect(), format.header(), columns, "UTF-8", null), plan);
    } else if (to instanceof ToParquet) {
      file = ParquetFiles.of(path, plan, Mapping.NONE);
    } else {
      file = JsonLineFiles.of(path, plan, false);
    }
    Mapping types =
        MappedColumns.withTypes(
            Mapping.NONE,
            file.blockType(),
            target -> {
              Field field = rows.field(rows.indexOf(target.name()));
              return new NamedType(field.type(), field.size());
            });
    return TypedRows.of(file, types, spec.blockRows());
  }

  /**
   * Compares all sinks.
   *
   * @throws MismatchException if one does not hold what was sent to it
   */
  List<Summary.Verified> verify(PipelineResult result) throws Exception {
    int readers = Math.max(1, Runners.readers(options));
    List<Summary.Verified> found = new ArrayList<>();
    for (int i = 0; i < checks.size(); i++) {
      Check check = checks.get(i);
      long start = System.nanoTime();
      RowSum sent = sent(result, i);
      RowSum holds = check.reading.read(readers);
      if (!holds.equals(sent)) {
        throw new MismatchException(message(check, sent, holds, readers));
      }
      double seconds = Math.round((System.nanoTime() - start) / 1e6) / 1e3;
      found.add(
          new Summary.Verified(holds.rows(), holds.checksum().toString(), check.scope, seconds));
    }
    return found;
  }

  private static RowSum sent(PipelineResult result, int sink) {
    long[] limbs = new long[Checksum.LIMBS];
    String step = "Transfer/" + RowTransfer.checksumStep(sink);
    for (int limb = 0; limb < limbs.length; limb++) {
      limbs[limb] = Summary.counted(result, step, Checksum.counter(limb));
    }
    String rows = "Transfer/" + RowTransfer.step(sink) + "/";
    return new RowSum(Summary.counted(result, rows, "rows_written"), Checksum.ofLimbs(limbs));
  }

  private static String message(Check check, RowSum sent, RowSum holds, int readers)
      throws Exception {
    String where;
    try {
      where = check.difference.find(readers);
    } catch (RuntimeException | java.io.IOException | java.sql.SQLException e) {
      where = "the differences could not be found: " + e.getMessage();
    }
    return "%s does not hold the rows that were sent: %s were sent, but it has %s (%s)%s; it is not changed%s"
        .formatted(
            check.target,
            sent,
            holds,
            check.scope,
            where == null ? "" : "; " + where,
            check.to instanceof ToJdbc table && !table.key().isEmpty()
                ? "; other writers, or a source that has a key more than once, also cause this"
                : "");
  }
}
