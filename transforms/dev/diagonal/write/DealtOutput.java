package dev.diagonal.write;

import dev.diagonal.block.BlockConsumer;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.BadLine;
import dev.diagonal.progress.Counted;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;

/** Counts rows that are rejected, and routes them or fails the run, as the user chose. */
abstract class DealtOutput<T> implements BlockConsumer.Output<Dealt<T>> {

  private final Dealers<T> dealers;
  private final boolean routeBadRecords;

  DealtOutput(Dealers<T> dealers, boolean routeBadRecords) {
    this.dealers = dealers;
    this.routeBadRecords = routeBadRecords;
  }

  abstract void emitBad(BadRecord bad);

  @Override
  public final void reject(BadLine line) {
    Counted.BAD_RECORDS.add(1);
    if (!routeBadRecords) {
      throw new BadInputException(line.describe());
    }
    dealers.countRejected(line);
    emitBad(line.toBadRecord());
  }
}
