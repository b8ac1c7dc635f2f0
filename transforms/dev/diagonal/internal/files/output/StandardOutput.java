package dev.diagonal.internal.files.output;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/** The standard output as a stream that reports errors, unlike a {@link PrintStream}. */
final class StandardOutput extends OutputStream {

  private final PrintStream out;

  StandardOutput(PrintStream out) {
    this.out = out;
  }

  @Override
  public void write(int b) throws IOException {
    out.write(b);
    check();
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    check();
  }

  @Override
  public void flush() throws IOException {
    check();
  }

  /** Flushes the standard output and keeps it open. */
  @Override
  public void close() throws IOException {
    check();
  }

  private void check() throws IOException {
    if (out.checkError()) { // also flushes
      throw new IOException(
          "the standard output cannot be written: the disk is full or the reader has closed it");
    }
  }
}
