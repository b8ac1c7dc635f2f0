package dev.diagonal.internal.donors;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.internal.csv.ReadCsv;
import dev.diagonal.internal.join.JoinBlocks;
import dev.diagonal.internal.metrics.WriteMetrics;
import dev.diagonal.metrics.Written;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.jspecify.annotations.Nullable;

/**
 * Joins donations with their projects and resources. Emits one {@link Written} per shard and
 * target, when its documents are written.
 *
 * <p>Donations, projects and resources are checked and packed where they are read, grouped by
 * shard, and joined there by {@link DonorsJoin}. Joining writes one file of JSON lines per shard
 * and fills an index. Documents never become elements, so the runner does not hold them. An index
 * gets every document at least once, by its id.
 *
 * <p>Metrics: {@code rows_written} and others, in the steps {@value #FILES} and {@value #INDEX}.
 *
 * <p>Bad records: invalid CSV, or another number of columns; an invalid date, number or location; a
 * donation without an id; a project or resource without a project id; a project whose id an earlier
 * one has; a document that the index refuses. Without a handler, the first one fails the run.
 */
public final class JoinDonations extends PTransform<PBegin, PCollection<Written>> {

  /** Commas, double quotes, backslashes, and line breaks inside quotes. */
  public static final CsvDialect DIALECT = CsvDialect.RFC_4180.withEscape('\\');

  /** The step that counts what is written to files. */
  public static final String FILES = "Files";

  /** The step that counts what is written to an index. */
  public static final String INDEX = "Index";

  private final Inputs inputs;
  private final CsvDialect dialect;
  private final Shards shards;
  private final DonationFiles.@Nullable Target files;
  private final @Nullable BulkSettings index;
  private final long maxBadRecords;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private JoinDonations(
      Inputs inputs,
      CsvDialect dialect,
      Shards shards,
      DonationFiles.@Nullable Target files,
      @Nullable BulkSettings index,
      long maxBadRecords,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.inputs = inputs;
    this.dialect = dialect;
    this.shards = shards;
    this.files = files;
    this.index = index;
    this.maxBadRecords = maxBadRecords;
    this.errorHandler = errorHandler;
  }

  /**
   * The input files: names, globs or directories.
   *
   * @param projects the files of projects
   * @param donations the files of donations
   * @param resources the files of resources
   */
  public record Inputs(List<String> projects, List<String> donations, List<String> resources)
      implements Serializable {}

  /** Joins these files in {@code shards} shards. */
  public static JoinDonations from(Inputs inputs, Shards shards) {
    return new JoinDonations(inputs, DIALECT, shards, null, null, 0, null);
  }

  /** Sets how the files are written; {@link #DIALECT} by default. */
  public JoinDonations withDialect(CsvDialect written) {
    return new JoinDonations(inputs, written, shards, files, index, maxBadRecords, errorHandler);
  }

  /** Indexes the documents; the index must exist. */
  public JoinDonations indexing(BulkSettings settings) {
    return new JoinDonations(inputs, dialect, shards, files, settings, maxBadRecords, errorHandler);
  }

  /** Writes the documents to files, as {@link DonationFiles} does. */
  public JoinDonations writingTo(DonationFiles.Target files) {
    return new JoinDonations(inputs, dialect, shards, files, index, maxBadRecords, errorHandler);
  }

  /** Sends bad records to a handler, up to {@code most} per reader. */
  public JoinDonations withBadRecordErrorHandler(ErrorHandler<BadRecord, ?> handler, long most) {
    return new JoinDonations(inputs, dialect, shards, files, index, most, handler);
  }

  @Override
  public PCollection<Written> expand(PBegin begin) {
    PCollection<KV<Integer, PackedRows>> build =
        PCollectionList.of(begin.apply("Projects", read(Table.PROJECTS, inputs.projects())))
            .and(begin.apply("Resources", read(Table.RESOURCES, inputs.resources())))
            .apply("Projects and resources", Flatten.pCollections());
    JoinBlocks<PackedRows, PackedRows, Written> join =
        JoinBlocks.with(build, DonorsJoin.into(files, shards.count(), index), Written.coder());
    ErrorHandler<BadRecord, ?> handler = errorHandler;
    PCollection<Written> written =
        begin
            .apply("Donations", read(Table.DONATIONS, inputs.donations()))
            .apply("Join", join.withBadRecordErrorHandler(handler));
    if (files != null) {
      PCollection<Written> unused = written.apply(FILES, CountFn.of(files.directory()));
    }
    if (index != null) {
      PCollection<Written> unused = written.apply(INDEX, CountFn.of(index.target().index()));
    }
    return written;
  }

  /** Counts what is written to one target, in its own step. */
  private static final class CountFn extends DoFn<Written, Written> {
    private final String target;
    private final WriteMetrics metrics = WriteMetrics.create();

    private CountFn(String target) {
      this.target = target;
    }

    static ParDo.SingleOutput<Written, Written> of(String target) {
      return ParDo.of(new CountFn(target));
    }

    @ProcessElement
    public void count(@Element Written written) {
      if (written.target().equals(target)) {
        metrics.counted(written);
      }
    }
  }

  private ReadCsv<KV<Integer, PackedRows>> read(Table table, List<String> files) {
    ReadCsv<KV<Integer, PackedRows>> read =
        ReadCsv.from(files, dialect, PackRows.of(table, shards), PackRows.coder());
    ErrorHandler<BadRecord, ?> handler = errorHandler;
    return handler == null ? read : read.withBadRecordErrorHandler(handler, maxBadRecords);
  }
}
