package dev.diagonal.write;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.BadLine;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * The part of one DoFn instance in a write: this JVM's scheduler from its setup to its teardown,
 * and a dealer for each window of a bundle.
 */
final class Dealers<T> implements AutoCloseable {

  private final ConflictFree<T> write;
  private final Coder<T> rowCoder;
  private final Dealer.Leaving leaving;
  private final ConflictScheduler<T> scheduler;
  private final Map<BoundedWindow, Dealer<T>> byWindow = new LinkedHashMap<>();

  /** Over all bundles: bounds what a runner has to hold, and how long a hopeless run goes on. */
  private long rejected;

  Dealers(ConflictFree<T> write, Coder<T> rowCoder, Dealer.Leaving leaving) {
    this.write = write;
    this.rowCoder = rowCoder;
    this.leaving = leaving;
    try {
      this.scheduler = SchedulerRegistry.JVM.acquire(write.id(), write::newScheduler);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while an earlier write is being closed");
    }
  }

  Dealer<T> in(BoundedWindow window) {
    return byWindow.computeIfAbsent(window, w -> new Dealer<>(write, rowCoder, scheduler, leaving));
  }

  /** Finishes the dealers of the bundle that ends. */
  void finish(BiConsumer<BoundedWindow, Dealer<T>> finish) {
    byWindow.forEach(finish);
    byWindow.clear();
  }

  /**
   * Counts a row that is rejected.
   *
   * @throws BadInputException if there are too many
   */
  void countRejected(BadLine line) {
    if (++rejected > write.maxBadRecords()) {
      throw new BadInputException(
          "more than %d bad records; the last of them: %s"
              .formatted(write.maxBadRecords(), line.describe()));
    }
  }

  /** Cancels what a failed bundle has left, and lets go of the scheduler. */
  @Override
  public void close() {
    try {
      byWindow.values().forEach(Dealer::cancel);
    } finally {
      byWindow.clear();
      SchedulerRegistry.JVM.release(write.id());
    }
  }
}
