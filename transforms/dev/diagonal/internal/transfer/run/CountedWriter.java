package dev.diagonal.internal.transfer.run;

import dev.diagonal.internal.metrics.RunCounts;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.transfer.write.ForwardingWriter;
import dev.diagonal.internal.transfer.write.RowBlockWriter;

/** Wraps a writer and counts, for its run, the rows that are visible to others. */
final class CountedWriter extends ForwardingWriter {

  private final RunCounts counts;
  private final int sink;
  private long reported;

  CountedWriter(RowBlockWriter writer, RunCounts counts, int sink) {
    super(writer);
    this.counts = counts;
    this.sink = sink;
  }

  @Override
  public void write(RowBlock block, Rejects rejects) throws Exception {
    try {
      writer.write(block, rejects);
    } finally {
      report();
    }
  }

  @Override
  public long finish(Rejects rejects) throws Exception {
    try {
      return writer.finish(rejects);
    } finally {
      report();
    }
  }

  private void report() {
    long written = writer.written();
    counts.addWritten(sink, written - reported);
    reported = written;
  }
}
