package dev.diagonal.internal.files.output;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/** The standard output as a stream that reports errors, which a {@link PrintStream} does not. */
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

  /** Flushes it; the process goes on using it. */
  @Override
  public void close() throws IOException {
    check();
  }

  private void check() throws IOException {
    if (out.checkError()) { // which flushes
      throw new IOException(
          "the standard output takes no more: its disk is full or its reader gone");
    }
  }
}
