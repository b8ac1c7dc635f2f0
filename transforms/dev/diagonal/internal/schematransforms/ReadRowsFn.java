package dev.diagonal.internal.schematransforms;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.fault.BadRecordCount;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.rows.BeamRows;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.transfer.mapping.BlockConverter;
import dev.diagonal.internal.transfer.mapping.Conversion;
import dev.diagonal.internal.transfer.mapping.ConversionPlan;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.source.SourceRange;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.values.Row;

/** Reads and converts ranges, and emits their rows. */
final class ReadRowsFn extends DoFn<SourceRange, Row> {

  private static final int BLOCK_ROWS = 1_000;

  private final BlockSource source;
  private final ConversionPlan plan;
  private final Schema schema;
  private final BadRecordCount badRecords;

  ReadRowsFn(
      BlockSource source,
      ConversionPlan plan,
      Schema schema,
      boolean routeBadRecords,
      long maxBadRecords) {
    this.source = source;
    this.plan = plan;
    this.schema = schema;
    this.badRecords = new BadRecordCount(routeBadRecords, maxBadRecords);
  }

  @ProcessElement
  public void read(ProcessContext context) throws Exception {
    BlockConverter converter = new Conversion(plan, BLOCK_ROWS);
    Rejects rejects = letter -> reject(letter, context);
    BlockConverter.Output rows =
        block -> {
          for (int row = 0; row < block.rows(); row++) {
            context.output(BeamRows.of(block, row, schema));
          }
        };
    try (RowBlockReader reader = source.open(context.element(), BLOCK_ROWS)) {
      for (RowBlock block = reader.next(rejects); block != null; block = reader.next(rejects)) {
        Counted.ROWS_READ.add(block.rows());
        converter.convert(block, rows, rejects);
      }
      converter.finish(rows, rejects);
      Counted.BYTES_READ.add(reader.bytesRead());
    }
  }

  @Teardown
  public void close() {
    source.close();
  }

  private void reject(DeadLetter letter, ProcessContext context) {
    badRecords.add(letter);
    context.output(BadRecordRouter.BAD_RECORD_TAG, letter.toBadRecord());
  }
}
