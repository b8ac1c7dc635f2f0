package dev.diagonal.donors;

import dev.diagonal.block.Block;
import dev.diagonal.block.Shards;
import dev.diagonal.csv.CsvDialect;
import dev.diagonal.csv.ReadCsv;
import dev.diagonal.elasticsearch.Document;
import dev.diagonal.join.JoinBlocks;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.jspecify.annotations.Nullable;

/**
 * The documents of donations: read, checked and packed where they are read, brought together with
 * their projects and resources by shard, and joined there by {@link DonorsJoin}.
 *
 * <p>Output: blocks of documents in the global window, in no order; none unless {@linkplain
 * #emitting asked for}. Files of JSON lines, one a shard, are written while joining.
 *
 * <p>Bad records: a record that is no CSV, or has another number of columns; a date, a number or a
 * location that is none; a donation without an id; a project or a resource without that of its
 * project; a project that is there already. Without a handler the first one fails the run.
 */
public final class JoinDonations extends PTransform<PBegin, PCollection<Block<Document>>> {

  /** Commas, double quotes, backslashes, and line breaks inside quotes. */
  public static final CsvDialect DIALECT = CsvDialect.RFC_4180.withEscape('\\');

  private final Inputs inputs;
  private final Shards shards;
  private final @Nullable String directory;
  private final boolean emit;
  private final long maxBadRecords;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private JoinDonations(
      Inputs inputs,
      Shards shards,
      @Nullable String directory,
      boolean emit,
      long maxBadRecords,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.inputs = inputs;
    this.shards = shards;
    this.directory = directory;
    this.emit = emit;
    this.maxBadRecords = maxBadRecords;
    this.errorHandler = errorHandler;
  }

  /**
   * The files: names, globs or directories.
   *
   * @param projects of projects
   * @param donations of donations
   * @param resources of resources
   */
  public record Inputs(List<String> projects, List<String> donations, List<String> resources)
      implements Serializable {}

  /** Joins these files in so many shards. */
  public static JoinDonations from(Inputs inputs, Shards shards) {
    return new JoinDonations(inputs, shards, null, false, 0, null);
  }

  /** Puts the documents out. */
  public JoinDonations emitting() {
    return new JoinDonations(inputs, shards, directory, true, maxBadRecords, errorHandler);
  }

  /** Writes the documents to a directory, as {@link DonationFiles} does. */
  public JoinDonations writingTo(String directory) {
    return new JoinDonations(inputs, shards, directory, emit, maxBadRecords, errorHandler);
  }

  /** Sends bad records to a handler, up to {@code most} of a reader. */
  public JoinDonations withBadRecordErrorHandler(ErrorHandler<BadRecord, ?> handler, long most) {
    return new JoinDonations(inputs, shards, directory, emit, most, handler);
  }

  @Override
  public PCollection<Block<Document>> expand(PBegin begin) {
    PCollection<KV<Integer, RowBlock>> build =
        PCollectionList.of(begin.apply("Projects", read(Table.PROJECTS, inputs.projects())))
            .and(begin.apply("Resources", read(Table.RESOURCES, inputs.resources())))
            .apply("Projects and resources", Flatten.pCollections());
    JoinBlocks<RowBlock, RowBlock, Block<Document>> join =
        JoinBlocks.with(
            build, DonorsJoin.into(directory, shards.count(), emit), Block.coder(Document.coder()));
    ErrorHandler<BadRecord, ?> handler = errorHandler;
    return begin
        .apply("Donations", read(Table.DONATIONS, inputs.donations()))
        .apply("Join", handler == null ? join : join.withBadRecordErrorHandler(handler));
  }

  private ReadCsv<KV<Integer, RowBlock>> read(Table table, List<String> files) {
    ReadCsv<KV<Integer, RowBlock>> read =
        ReadCsv.from(files, DIALECT, PackRows.of(table, shards), PackRows.coder());
    ErrorHandler<BadRecord, ?> handler = errorHandler;
    return handler == null ? read : read.withBadRecordErrorHandler(handler, maxBadRecords);
  }
}
