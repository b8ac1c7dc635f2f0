package dev.diagonal.readme;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.block.Block;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.ReadLines;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.metrics.Written;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.shard.CombineByShard;
import dev.diagonal.shard.PackBlocks;
import dev.diagonal.textfile.WriteDeadLetterFiles;
import dev.diagonal.textfile.WriteDeadLetters;
import dev.diagonal.textfile.WriteTextFile;
import dev.diagonal.transfer.TransferRows;
import dev.diagonal.transfer.TransferSink;
import dev.diagonal.transfer.TransferSource;
import dev.diagonal.transfer.mapping.Mapping;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;

/**
 * The recipes of docs/library.md that need no server: the lines between the marks. {@code
 * FileRecipesTest} runs them, and {@code RecipesTest} keeps the page the same.
 */
final class FileRecipes {

  private FileRecipes() {}

  /** Counts the lines of log files by their first word. */
  static void countLines(Pipeline pipeline, String files, String output, String badRecords) {
    // lines begin
    try (BadRecordErrorHandler<PCollection<Written>> bad =
        pipeline.registerBadRecordErrorHandler(WriteDeadLetters.to(badRecords, 10_000))) {
      PCollection<KV<String, Long>> counts =
          pipeline.apply(
              "Read",
              ReadLines.from(List.of(files))
                  .into(LevelCounts::new, KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()))
                  .withBadRecordErrorHandler(bad));
      PCollection<KV<String, Long>> totals =
          counts.apply("Total", CombineByShard.perKey(Sum.ofLongs()));
      PCollection<Block<KV<String, Long>>> blocks =
          totals.apply("Pack", PackBlocks.by(total -> 0)).apply(Values.create());
      blocks.apply(
          "Write",
          WriteTextFile.<KV<String, Long>>to(
                  output,
                  total -> total.getKey() + "," + total.getValue(),
                  (a, b) -> a.getKey().compareTo(b.getKey()))
              .withHeader("level,lines"));
    }
    // lines end
  }

  // consumer begins
  static final class LevelCounts implements LineConsumer<KV<String, Long>> {
    private final Map<String, Long> counts = new TreeMap<>();
    private String file = "";

    @Override
    public void open(TextFile file) {
      this.file = file.name();
    }

    @Override
    public long accept(TextBlock block, Output<KV<String, Long>> output) {
      long good = 0;
      int start = block.start();
      for (int i = start; i < block.end(); i++) {
        if (block.bytes()[i] == '\n') {
          String line = new String(block.bytes(), start, i - start, UTF_8);
          int space = line.indexOf(' ');
          if (space > 0) {
            counts.merge(line.substring(0, space), 1L, Long::sum);
            good++;
          } else if (!line.isBlank()) {
            output.reject(new DeadLetter(file, block.offsetOf(start), "no level", line));
          }
          start = i + 1;
        }
      }
      return good;
    }

    /** At the end of a bundle: few elements, however many lines there were. */
    @Override
    public void finish(Output<KV<String, Long>> output) {
      counts.forEach((level, count) -> output.emit(KV.of(level, count)));
      counts.clear();
    }
  }

  // consumer ends

  /** Reads log files as they appear in a directory, until none appears any more. */
  static PCollection<KV<String, Long>> watchLines(
      Pipeline pipeline, String files, String badRecords) {
    // stream begins
    ReadLines.Source appearing =
        ReadLines.from(List.of(files))
            .watching(Duration.standardSeconds(1))
            .endingAfter(Duration.standardSeconds(3));
    try (BadRecordErrorHandler<PCollection<Written>> bad =
        pipeline.registerBadRecordErrorHandler(WriteDeadLetterFiles.into(badRecords))) {
      return pipeline.apply(
          "Watch",
          appearing
              .into(LevelCounts::new, KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()))
              .withBadRecordErrorHandler(bad));
    }
    // stream ends
  }

  /** Converts CSV files to one file of JSON lines. */
  static PCollection<Written> toJsonLines(Pipeline pipeline, String files, String output)
      throws IOException {
    // transfer begins
    TransferSource people =
        TransferSource.csv(List.of(files), CsvFormat.DEFAULT, RangePlan.DEFAULT);
    TransferSink lines = TransferSink.jsonLines(output, OutputRun.alone());
    PCollection<Written> written =
        pipeline.apply("Transfer", TransferRows.of(people, Mapping.NONE, List.of(lines)));
    // transfer ends
    return written;
  }
}
