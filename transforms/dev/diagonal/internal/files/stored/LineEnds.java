package dev.diagonal.internal.files.stored;

import dev.diagonal.internal.bytes.Words;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Defines where lines end: at LF, at CR LF, and at a CR without a following LF. Ranges are cut and
 * records are read by this one rule.
 */
public final class LineEnds {

  private static final long CARRIAGE_RETURNS = Words.of('\r');
  private static final int CHUNK_BYTES = 1 << 16;

  private LineEnds() {}

  /**
   * Replaces every CR without a following LF by LF, so that each line ends with LF or CR LF.
   *
   * @param atEnd whether nothing follows {@code to}
   * @return {@code to}, or the index of a CR that is the last byte while more may follow
   */
  public static int normalize(byte[] bytes, int from, int to, boolean atEnd) {
    int at = indexOfCarriageReturn(bytes, from, to);
    while (at < to) {
      if (at + 1 == to && !atEnd) {
        return at;
      }
      if (at + 1 == to || bytes[at + 1] != '\n') {
        bytes[at] = '\n';
      }
      at = indexOfCarriageReturn(bytes, at + 1, to);
    }
    return to;
  }

  /** Returns the index of the first CR, or {@code to}. */
  private static int indexOfCarriageReturn(byte[] bytes, int from, int to) {
    int i = from;
    for (; i + 32 <= to; i += 32) {
      long found =
          carriageReturns(bytes, i)
              | carriageReturns(bytes, i + 8)
              | carriageReturns(bytes, i + 16)
              | carriageReturns(bytes, i + 24);
      if (found != 0) {
        break;
      }
    }
    while (i < to && bytes[i] != '\r') {
      i++;
    }
    return i;
  }

  /** Returns 0 if none of eight bytes is a CR. */
  private static long carriageReturns(byte[] bytes, int at) {
    return Words.equalBytes(Words.at(bytes, at), CARRIAGE_RETURNS);
  }

  /**
   * Returns the start of the first line that starts at or after byte {@code start} of a file, which
   * must be after its first byte.
   *
   * @param text the file, positioned at byte {@code start - 1}
   * @return the offset of the line, or the size of the file if no line starts there
   */
  public static long firstLineFrom(ReadableByteChannel text, long start) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    long offset = start - 1;
    boolean afterReturn = false;
    while (text.read(chunk) >= 0) {
      for (int i = 0; i < chunk.position(); i++) {
        byte b = chunk.get(i);
        if (b == '\n') {
          return offset + i + 1;
        }
        if (afterReturn) {
          return offset + i;
        }
        afterReturn = b == '\r';
      }
      offset += chunk.position();
      chunk.clear();
    }
    return offset;
  }

  /** Counts the lines that end before byte {@code end} of a text. */
  public static long countBefore(ReadableByteChannel text, long end) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    long lines = 0;
    long offset = 0;
    boolean afterReturn = false;
    while (offset < end && text.read(chunk) >= 0) {
      for (int i = 0; i < chunk.position() && offset + i < end; i++) {
        byte b = chunk.get(i);
        lines += b == '\r' || (b == '\n' && !afterReturn) ? 1 : 0;
        afterReturn = b == '\r';
      }
      offset += chunk.position();
      chunk.clear();
    }
    return lines;
  }
}
