package dev.diagonal.internal.transfer.write;

import dev.diagonal.metrics.Changes;
import java.io.IOException;
import java.sql.SQLException;

/** A wrapper of another writer, to which it forwards all calls except those that pass rows. */
public abstract class ForwardingWriter implements RowBlockWriter {

  /** Receives the calls. */
  protected final RowBlockWriter writer;

  protected ForwardingWriter(RowBlockWriter writer) {
    this.writer = writer;
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

  @Override
  public void abort() {
    writer.abort();
  }

  @Override
  public void close() throws IOException, SQLException {
    writer.close();
  }
}
