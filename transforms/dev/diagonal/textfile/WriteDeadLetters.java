package dev.diagonal.textfile;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.block.Block;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.textfile.DeadLetterFile;
import dev.diagonal.metrics.Written;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.values.PCollection;

/**
 * Writes a file of dead letters, for {@link
 * org.apache.beam.sdk.Pipeline#registerBadRecordErrorHandler}: one line of JSON per bad record,
 * {@code {"file":…,"offset":…,"reason":…,"record":…}}, sorted by file and offset; rows without a
 * file by reason and record. Without bad records the file is empty. See {@link WriteTextFile}.
 *
 * <p>Fails with {@link dev.diagonal.fault.BadInputException} if there are too many, after the file
 * is written.
 */
public final class WriteDeadLetters
    extends PTransform<PCollection<BadRecord>, PCollection<Written>> {

  private final String path;
  private final long maxBadRecords;
  private final OutputRun run;

  private WriteDeadLetters(String path, long maxBadRecords, OutputRun run) {
    this.path = path;
    this.maxBadRecords = maxBadRecords;
    this.run = run;
  }

  /** Writes at most {@code maxBadRecords} dead letters to this file. */
  public static WriteDeadLetters to(String path, long maxBadRecords) {
    checkArgument(maxBadRecords >= 0, "maxBadRecords must be >= 0, got %s", maxBadRecords);
    return new WriteDeadLetters(path, maxBadRecords, OutputRun.alone());
  }

  /** Writes the file as a part of this run; by default of a run without a hold. */
  public WriteDeadLetters withRun(OutputRun run) {
    return new WriteDeadLetters(path, maxBadRecords, run);
  }

  @Override
  public PCollection<Written> expand(PCollection<BadRecord> badRecords) {
    return badRecords
        .apply("To lines", ParDo.of(new ToLinesFn()))
        .setCoder(Block.coder(DeadLetter.coder()))
        .apply(
            "Dead letters",
            WriteTextFile.to(path, DeadLetter::toJson, DeadLetterFile::compare)
                .withMaxRecords(maxBadRecords)
                .withSummary(DeadLetterFile::summaryOf)
                .withRun(run));
  }

  private static final class ToLinesFn extends DoFn<BadRecord, Block<DeadLetter>> {
    @ProcessElement
    public void process(@Element BadRecord bad, OutputReceiver<Block<DeadLetter>> output) {
      output.output(new Block<>(List.of(DeadLetter.of(bad))));
    }
  }
}
