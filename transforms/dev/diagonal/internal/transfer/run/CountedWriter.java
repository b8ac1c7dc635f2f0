package dev.diagonal.internal.transfer.run;

import dev.diagonal.internal.metrics.RunCounts;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.transfer.write.RowBlockWriter;
import dev.diagonal.metrics.Changes;
import java.io.IOException;
import java.sql.SQLException;

/** Wraps a writer and counts, for its run, the rows that are visible to others. */
final class CountedWriter implements RowBlockWriter {

  private final RowBlockWriter writer;
  private final RunCounts counts;
  private final int sink;
  private long reported;

  CountedWriter(RowBlockWriter writer, RunCounts counts, int sink) {
    this.writer = writer;
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

  @Override
  public long written() {
    return writer.written();
  }

  @Override
  public String part() {
    return writer.part();
  }

  @Override
  public long superseded() {
    return writer.superseded();
  }

  @Override
  public long repeated() {
    return writer.repeated();
  }

  @Override
  public Changes changes() {
    return writer.changes();
  }

  private void report() {
    long written = writer.written();
    counts.addWritten(sink, written - reported);
    reported = written;
  }

  @Override
  public void abort() {
    writer.abort();
  }

  @Override
  public void close() throws IOException, SQLException {
    writer.close();
  }
}
