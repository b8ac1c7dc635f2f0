package dev.diagonal.internal.transfer.run;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.fault.BadRecordCount;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.metrics.RunCounts;
import dev.diagonal.internal.metrics.RunRecorder;
import dev.diagonal.internal.metrics.StageTime;
import dev.diagonal.internal.transfer.mapping.BlockConverter;
import dev.diagonal.internal.transfer.mapping.Conversion;
import dev.diagonal.internal.transfer.mapping.ConversionPlan;
import dev.diagonal.internal.transfer.receipt.HashedWriter;
import dev.diagonal.internal.transfer.resume.FinishedParts;
import dev.diagonal.internal.transfer.sink.RangeWritten;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.internal.transfer.write.BlockSink;
import dev.diagonal.internal.transfer.write.RowBlockWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.jspecify.annotations.Nullable;

/** Transfers ranges, one after another, through {@link Stages}. */
final class TransferFn extends DoFn<SourceRange, RangeWritten> {

  /** The maximum number of blocks between two stages. */
  static final int BLOCKS_BETWEEN = 2;

  private final BlockSource source;
  private final ConversionPlan conversion;
  private final List<BlockSink> sinks;
  private final int blockRows;
  private final boolean routeBadRecords;
  private final BadRecordCount badRecords;
  private final String run;
  private final @Nullable FinishedParts finished;

  TransferFn(
      BlockSource source,
      ConversionPlan conversion,
      List<BlockSink> sinks,
      int blockRows,
      boolean routeBadRecords,
      long maxBadRecords,
      String run,
      @Nullable FinishedParts finished) {
    this.source = source;
    this.conversion = conversion;
    this.sinks = sinks;
    this.blockRows = blockRows;
    this.routeBadRecords = routeBadRecords;
    this.badRecords = new BadRecordCount(routeBadRecords, maxBadRecords);
    this.run = run;
    this.finished = finished;
  }

  @ProcessElement
  public void transfer(ProcessContext context) throws Exception {
    SourceRange range = context.element();
    List<RangeWritten> earlier = finished == null ? null : finished.find(range);
    if (earlier != null) {
      Counted.ROWS_RESUMED.add(earlier.stream().mapToLong(RangeWritten::rows).sum());
      earlier.forEach(context::output);
      return;
    }
    List<RangeWritten> results = transfer(range, context);
    if (finished != null) {
      finished.add(range, results);
    }
    results.forEach(context::output);
  }

  private List<RangeWritten> transfer(SourceRange range, ProcessContext context) throws Exception {
    RunCounts counts = RunCounts.of(run);
    BlockConverter converter = new Conversion(conversion, blockRows);
    List<RowBlockWriter> opened = new ArrayList<>();
    List<RowBlockWriter> writers = new ArrayList<>();
    boolean handedOver = false;
    long[] rows;
    try (RowBlockReader reader = source.open(range, blockRows)) {
      for (BlockSink sink : sinks) {
        RowBlockWriter writer = sink.open(range, conversion.to());
        opened.add(writer);
        writers.add(counts == null ? writer : new CountedWriter(writer, counts, writers.size()));
      }
      handedOver = true;
      Stages stages = new Stages(reader, converter, writers, BLOCKS_BETWEEN);
      rows =
          stages.run(
              "range " + range.index(),
              new Stages.Watcher() {
                @Override
                public void rejected(DeadLetter line) {
                  if (counts != null) {
                    counts.addBad(1);
                  }
                  reject(line, context);
                }

                @Override
                public boolean failsOnBadRows() {
                  return !routeBadRecords;
                }

                @Override
                public void read(long rowsRead, long bytesRead) {
                  if (counts != null) {
                    counts.addRead(rowsRead);
                  }
                  Counted.ROWS_READ.add(rowsRead);
                  Counted.BYTES_READ.add(bytesRead);
                }
              });
      record(stages.times());
      Counted.REPEATED_HEADERS.add(reader.repeatedHeaders());
    } finally {
      for (RowBlockWriter writer : handedOver ? List.<RowBlockWriter>of() : writers) {
        writer.close();
      }
    }
    Counted.ROWS_RESUMED.add(writers.stream().mapToLong(RowBlockWriter::repeated).sum());
    Counted.SUPERSEDED.add(writers.stream().mapToLong(RowBlockWriter::superseded).sum());
    List<RangeWritten> results = new ArrayList<>();
    for (int i = 0; i < sinks.size(); i++) {
      RowBlockWriter writer = writers.get(i);
      results.add(
          new RangeWritten(
              range.index(),
              i,
              rows[i],
              writer.part(),
              writer.changes(),
              HashedWriter.of(opened.get(i))));
    }
    return results;
  }

  /** Adds the time of the stages of a range to the report of the run. */
  private void record(List<StageTime> times) {
    RunRecorder.stage("read", times.get(0));
    RunRecorder.stage("convert", times.get(1));
    for (int i = 0; i < sinks.size(); i++) {
      RunRecorder.stage("write " + sinks.get(i).describe(), times.get(2 + i));
    }
  }

  @Teardown
  public void close() {
    source.close();
  }

  private void reject(DeadLetter line, ProcessContext context) {
    badRecords.add(line);
    context.output(BadRecordRouter.BAD_RECORD_TAG, line.toBadRecord());
  }
}
