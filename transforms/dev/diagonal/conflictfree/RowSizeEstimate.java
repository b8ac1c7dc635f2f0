package dev.diagonal.conflictfree;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.apache.beam.sdk.coders.Coder;

/**
 * Estimates the size of rows in memory. Encodes one row in 64, including the first, and assumes
 * that an object takes twice the size of its encoding plus 64 bytes. Not thread-safe.
 */
final class RowSizeEstimate<T> {

  private static final int ONE_IN = 64;
  private static final int OBJECT_BYTES = 64;
  private static final int OBJECT_FACTOR = 2;

  private final Coder<T> coder;
  private final Counting counting = new Counting();
  private long seen;
  private long sampled;

  RowSizeEstimate(Coder<T> coder) {
    this.coder = coder;
  }

  /** Adds a row to the estimate. */
  void saw(T row) {
    if (seen++ % ONE_IN != 0) {
      return;
    }
    try {
      coder.encode(row, counting);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode a row with " + coder, e);
    }
    sampled++;
  }

  /** Returns the mean size of a row; 64 before the first row. */
  long mean() {
    return OBJECT_BYTES + (sampled == 0 ? 0 : OBJECT_FACTOR * counting.bytes / sampled);
  }

  /** Counts the bytes that are written. */
  private static final class Counting extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] array, int offset, int length) {
      bytes += length;
    }
  }
}
