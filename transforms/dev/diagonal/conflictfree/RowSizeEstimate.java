package dev.diagonal.conflictfree;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.apache.beam.sdk.coders.Coder;

/**
 * Tells about how many bytes rows take in memory: one row in 64 is encoded, the first among them,
 * and an object is taken to be twice as large as its encoding, and 64 bytes. Not safe for use by
 * several threads.
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

  /** Takes note of a row. */
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

  /** Returns the mean of a row; 64 before the first. */
  long mean() {
    return OBJECT_BYTES + (sampled == 0 ? 0 : OBJECT_FACTOR * counting.bytes / sampled);
  }

  /** Counts what is written to it. */
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
