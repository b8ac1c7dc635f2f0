package dev.diagonal.textfile;

import dev.diagonal.block.Block;
import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.metrics.Written;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableComparator;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.jspecify.annotations.Nullable;

/**
 * Writes all records, in order, to one text file: an optional header, then one line per record.
 *
 * <p>Input: blocks in the global window, bounded. One worker collects all records in memory, sorts
 * them and writes the file, so this is for results, not for data. The file appears atomically and
 * replaces an earlier one, even if there are no records; running twice writes the same bytes.
 *
 * <p>Output: one {@link Written}, whose target is the path.
 *
 * <p>Fails with {@link dev.diagonal.fault.BadInputException} if there are more records than {@link
 * #withMaxRecords} allows, after the file was written.
 */
public final class WriteTextFile<T>
    extends PTransform<PCollection<Block<T>>, PCollection<Written>> {

  private final String path;
  private final SerializableFunction<T, String> format;
  private final SerializableComparator<T> order;
  private final @Nullable String header;
  private final long maxRecords;
  private final SerializableFunction<List<T>, String> summary;
  private final OutputRun run;

  private WriteTextFile(
      String path,
      SerializableFunction<T, String> format,
      SerializableComparator<T> order,
      @Nullable String header,
      long maxRecords,
      SerializableFunction<List<T>, String> summary,
      OutputRun run) {
    this.path = path;
    this.format = format;
    this.order = order;
    this.header = header;
    this.maxRecords = maxRecords;
    this.summary = summary;
    this.run = run;
  }

  /**
   * Writes each record as the line that {@code format} returns (without a line end), sorted by
   * {@code order}.
   */
  public static <T> WriteTextFile<T> to(
      String path, SerializableFunction<T, String> format, SerializableComparator<T> order) {
    return new WriteTextFile<>(
        path, format, order, null, Long.MAX_VALUE, all -> "", OutputRun.alone());
  }

  /** Starts the file with this line. */
  public WriteTextFile<T> withHeader(String header) {
    return new WriteTextFile<>(path, format, order, header, maxRecords, summary, run);
  }

  /** Fails the run if there are more records than this, after all of them are written. */
  public WriteTextFile<T> withMaxRecords(long maxRecords) {
    return new WriteTextFile<>(path, format, order, header, maxRecords, summary, run);
  }

  /** Appends a summary of the records to the message about too many records; default empty. */
  public WriteTextFile<T> withSummary(SerializableFunction<List<T>, String> summary) {
    return new WriteTextFile<>(path, format, order, header, maxRecords, summary, run);
  }

  /** Writes the file as a part of this run; by default of a run without a hold. */
  public WriteTextFile<T> withRun(OutputRun run) {
    return new WriteTextFile<>(path, format, order, header, maxRecords, summary, run);
  }

  @Override
  public PCollection<Written> expand(PCollection<Block<T>> blocks) {
    Coder<Block<T>> coder = blocks.getCoder();
    // An empty block ensures that the one group, and so the file, exists.
    PCollection<Block<T>> never =
        blocks
            .getPipeline()
            .apply("At least this", Create.of(new Block<T>(List.of())).withCoder(coder));
    return PCollectionList.of(blocks)
        .and(never)
        .apply("All blocks", Flatten.pCollections())
        .apply("One key", WithKeys.of(0))
        .setCoder(KvCoder.of(VarIntCoder.of(), coder))
        .apply("Gather", GroupByKey.create())
        .apply(
            "Write the file",
            ParDo.of(new WriteTextFileFn<>(path, format, order, header, maxRecords, summary, run)))
        .setCoder(Written.coder());
  }
}
