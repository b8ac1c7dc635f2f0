package dev.diagonal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.files.stored.LineEnds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the whole lines of a {@link FileRange} in blocks, through one buffer. A line belongs to the
 * range that contains its first byte, so the ranges of a file share no line and lose none, wherever
 * they are cut. A line that does not fit into a block is a bad record; reading continues after it.
 */
final class RangeReader {

  /** The maximum size of a block, and so of a line. */
  static final int BLOCK_BYTES = 1 << 20;

  /** Read size when looking for a line end, in headers and after the end of a range. */
  private static final int OVERHANG_BYTES = 1 << 13;

  /** Read size otherwise: leaves half of a core's second-level cache for the tables. */
  private static final int READ_BYTES = 1 << 18;

  private static final byte[] UTF_8_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final ReadableByteChannel channel;
  private final Seek seek;
  private final FileRange range;
  private final byte[] buffer;
  private final ByteBuffer wrapped;
  private final TextBlock block;

  /** Where blocks end if each one is a piece, or null. */
  private final @Nullable PieceCuts cuts;

  private final long file;

  /** The offset in the file of the first byte of the buffer. */
  private long bufferOffset;

  /** The bytes of the buffer that are not yet returned: from unread to filled. */
  private int unread;

  private int filled;
  private boolean atEnd;

  /** Up to this index, lines in the buffer end with LF; at most one byte, a CR, follows it. */
  private int normalized;

  /** Whether the buffer was full when its last byte was a CR: an LF that follows belongs to it. */
  private boolean skipLineFeed;

  /** The offset in the file of the first line after the header, if the header was read. */
  private long headerEnd;

  /**
   * The end of the range; after the first byte of the first line if the range ends within the byte
   * order mark.
   */
  private long rangeEnd;

  /**
   * Reads through {@code buffer}, whose last byte is reserved for a missing line end.
   *
   * @param seek moves the channel to a byte of the file
   */
  RangeReader(ReadableByteChannel channel, Seek seek, FileRange range, byte[] buffer) {
    this(channel, seek, range, buffer, null);
  }

  /**
   * Reads in the same way; with {@code cuts}, each block is a {@linkplain TextBlock#piece piece}.
   */
  RangeReader(
      ReadableByteChannel channel,
      Seek seek,
      FileRange range,
      byte[] buffer,
      @Nullable PieceCuts cuts) {
    checkArgument(buffer.length > UTF_8_MARK.length, "buffer too small: %s", buffer.length);
    this.channel = channel;
    this.seek = seek;
    this.range = range;
    this.rangeEnd = range.end();
    this.buffer = buffer;
    this.wrapped = ByteBuffer.wrap(buffer);
    this.block = new TextBlock(buffer);
    this.cuts = cuts;
    this.file = cuts == null ? 0 : Piece.fileOf(range.file());
  }

  /**
   * Returns the first line of the file that is neither empty nor skipped, without its line end, or
   * null if there is none. Call it before reading blocks, or not at all; blocks then begin after
   * that line.
   *
   * @throws IOException if the line is longer than a block
   */
  byte @Nullable [] readHeader(SkippedLines skipped) throws IOException {
    skipFirst(skipped);
    byte[] comment = skipped.commentBytes();
    byte[] line = readLine();
    while (line != null
        && (line.length == 0 || SkippedLines.isComment(comment, line, 0, line.length))) {
      line = readLine();
    }
    return line;
  }

  /** Skips the first lines of a file. Call it before reading blocks, or not at all. */
  void skipFirst(SkippedLines skipped) throws IOException {
    fill(Math.min(OVERHANG_BYTES, buffer.length - 1));
    skipMark();
    for (int i = 0; i < skipped.first(); i++) {
      byte[] unused = readLine();
    }
  }

  /** Returns the next line at the start of the file, without its line end, or null. */
  private byte @Nullable [] readLine() throws IOException {
    while (true) {
      int end = indexOfLineEnd(unread);
      if (end < 0 && atEnd) {
        if (unread == filled) {
          return null;
        }
        end = filled;
      }
      if (end >= 0) {
        int textEnd = end > unread && buffer[end - 1] == '\r' ? end - 1 : end;
        byte[] line = Arrays.copyOfRange(buffer, unread, textEnd);
        unread = Math.min(end + 1, filled);
        headerEnd = bufferOffset + unread;
        return line;
      }
      compact();
      if (filled == buffer.length - 1) {
        throw new IOException("the first line is longer than " + filled + " bytes");
      }
      fill(Math.min(filled + OVERHANG_BYTES, buffer.length - 1));
    }
  }

  /** Moves to the first line of the range. */
  void seek() throws IOException {
    if (range.start() == 0) {
      if (filled == 0) {
        fill(Math.min(OVERHANG_BYTES, buffer.length - 1));
        skipMark();
      }
      return;
    }
    // A line end just before the range belongs to the previous line.
    boolean afterHeader = headerEnd >= range.start();
    bufferOffset = afterHeader ? headerEnd : range.start() - 1;
    seek.to(bufferOffset);
    unread = filled = normalized = 0;
    atEnd = false;
    if (!afterHeader) {
      skipLineFeed = false;
      skipLine();
    }
  }

  /**
   * Returns the next block of whole lines, or null at the end of the range.
   *
   * @throws IOException if the file cannot be read
   */
  @Nullable TextBlock next(BadLines badLines) throws IOException {
    while (true) {
      long position = bufferOffset + unread;
      if (position >= rangeEnd) {
        return null;
      }
      long blockEnd =
          cuts == null ? rangeEnd : Math.min(rangeEnd, cuts.after(range.file(), position));
      compact();
      fill(limitWithin(blockEnd - position));
      if (cuts != null) {
        fillPiece(blockEnd);
      }
      long left = blockEnd - (bufferOffset + unread);
      if (unread == filled && atEnd) {
        return null;
      }
      if (unread == filled || left <= 0) {
        continue; // a line feed was skipped
      }
      int end = lastLineEnd(left);
      if (end >= 0) {
        return hand(end + 1);
      }
      if (atEnd) {
        buffer[filled++] = '\n';
        normalized = filled;
        return hand(filled);
      }
      if (filled == buffer.length - 1 && unread == 0) {
        badLines.tooLong(tooLong());
        skipLine();
      }
    }
  }

  private TextBlock hand(int end) {
    long start = bufferOffset + unread;
    block.set(start, unread, end);
    if (cuts != null) {
      block.in(Piece.ofLines(file, start, buffer, unread, end));
    }
    unread = end;
    return block;
  }

  /**
   * Reads to the end of the last line that starts before {@code end}, if it fits into the buffer.
   */
  private void fillPiece(long end) throws IOException {
    while (!atEnd && filled < buffer.length - 1) {
      long last = end - 1 - bufferOffset;
      if (last < filled && indexOfLineEnd((int) Math.max(last, unread)) >= 0) {
        return;
      }
      fill(Math.min(filled + OVERHANG_BYTES, buffer.length - 1));
    }
  }

  /** Returns the fill level to read up to: large steps within the range, small ones after it. */
  private int limitWithin(long left) {
    long wanted = filled >= left ? filled + OVERHANG_BYTES : Math.min(left, filled + READ_BYTES);
    return (int) Math.min(wanted, buffer.length - 1);
  }

  /**
   * Returns the index of the last line end in the buffer that ends a line of this range, or -1.
   * This is the first line end at or after the last byte of the range, if the buffer contains that
   * byte. Otherwise it is the last line end in the buffer, so that a last line which does not fit
   * is left out.
   */
  private int lastLineEnd(long left) {
    if (filled - unread >= left) {
      int end = indexOfLineEnd(unread + (int) left - 1);
      if (end >= 0) {
        return end;
      }
    }
    for (int i = filled - 1; i >= unread; i--) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private int indexOfLineEnd(int from) {
    for (int i = from; i < filled; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private void compact() {
    System.arraycopy(buffer, unread, buffer, 0, filled - unread);
    bufferOffset += unread;
    filled -= unread;
    normalized -= unread;
    unread = 0;
  }

  private void fill(int limit) throws IOException {
    if (skipLineFeed && filled > 0) {
      buffer[filled - 1] = '\r'; // the next byte may fit into the buffer now
      normalized = filled - 1;
      skipLineFeed = false;
    }
    while (!atEnd && filled < limit) {
      wrapped.limit(limit).position(filled);
      int read = channel.read(wrapped);
      if (read < 0) {
        atEnd = true;
      } else {
        filled += read;
      }
    }
    if (skipLineFeed && filled > 0) {
      unread = buffer[0] == '\n' ? 1 : 0;
      skipLineFeed = false;
    }
    normalized = LineEnds.normalize(buffer, normalized, filled, atEnd);
    if (normalized < filled && filled == buffer.length - 1) {
      buffer[normalized] = '\n'; // the next byte does not fit into the buffer
      normalized = filled;
      skipLineFeed = true;
    }
  }

  private void skipMark() {
    if (filled >= UTF_8_MARK.length
        && Arrays.equals(buffer, 0, UTF_8_MARK.length, UTF_8_MARK, 0, UTF_8_MARK.length)) {
      unread = UTF_8_MARK.length;
      rangeEnd = Math.max(rangeEnd, UTF_8_MARK.length + 1L);
    }
  }

  /** Skips everything up to and including the next line end. */
  private void skipLine() throws IOException {
    while (true) {
      int end = indexOfLineEnd(unread);
      if (end >= 0) {
        unread = end + 1;
        return;
      }
      unread = filled;
      if (atEnd) {
        return;
      }
      compact();
      fill(Math.min(OVERHANG_BYTES, buffer.length - 1));
    }
  }

  private DeadLetter tooLong() {
    int shown = Math.min(filled - unread, 4 * DeadLetter.SHOWN_CHARACTERS);
    return new DeadLetter(
        range.file(),
        bufferOffset + unread,
        "the line is longer than " + (buffer.length - 1) + " bytes; only its start is kept",
        new String(buffer, unread, shown, UTF_8));
  }

  /** Moves to a byte of the file. */
  @FunctionalInterface
  interface Seek {
    void to(long offset) throws IOException;
  }

  /** Receives lines that do not fit into a block. */
  @FunctionalInterface
  interface BadLines {
    void tooLong(DeadLetter line);
  }
}
