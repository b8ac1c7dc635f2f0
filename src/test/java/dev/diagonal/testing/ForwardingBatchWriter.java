package dev.diagonal.testing;

import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;

/** Passes everything to another writer. */
public abstract class ForwardingBatchWriter<T> implements BatchWriter<T> {

  private final BatchWriter<T> writer;

  protected ForwardingBatchWriter(BatchWriter<T> writer) {
    this.writer = writer;
  }

  @Override
  public void write(Batch<T> batch) throws Exception {
    writer.write(batch);
  }

  @Override
  public boolean isRetryable(Exception fault) {
    return writer.isRetryable(fault);
  }

  @Override
  public boolean isCausedByRows(Exception fault) {
    return writer.isCausedByRows(fault);
  }

  @Override
  public boolean isLockTimeout(Exception fault) {
    return writer.isLockTimeout(fault);
  }

  @Override
  public void close() {
    writer.close();
  }
}
