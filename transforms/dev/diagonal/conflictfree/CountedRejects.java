package dev.diagonal.conflictfree;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.internal.metrics.Counted;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;

/** Counts rejected rows, and routes them or fails the run, as the user has chosen. */
abstract class CountedRejects<T> implements LineConsumer.Output<CellOutput<T>> {

  private final WindowedBatchers<T> batchers;
  private final boolean routeBadRecords;

  CountedRejects(WindowedBatchers<T> batchers, boolean routeBadRecords) {
    this.batchers = batchers;
    this.routeBadRecords = routeBadRecords;
  }

  abstract void emitBad(BadRecord bad);

  @Override
  public final void reject(DeadLetter line) {
    Counted.BAD_RECORDS.add(1);
    if (!routeBadRecords) {
      throw new BadInputException(line.describe());
    }
    batchers.countRejected(line);
    emitBad(line.toBadRecord());
  }
}
