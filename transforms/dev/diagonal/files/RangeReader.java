package dev.diagonal.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.files.stored.FirstLine;
import dev.diagonal.internal.files.stored.LineBuffer;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.files.stored.PieceCuts;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the whole lines of a {@link FileRange} in blocks, through one buffer. A line belongs to the
 * range that contains its first byte, so the ranges of a file share no line and lose none, wherever
 * they are cut. A line that does not fit into a block is a bad record; reading continues after it.
 */
final class RangeReader {

  /** The maximum size of a block, and so of a line. */
  static final int BLOCK_BYTES = 1 << 20;

  /** The usual read size. It leaves half of a core's second-level cache for the tables. */
  private static final int READ_BYTES = 1 << 18;

  private final Seek seek;
  private final FileRange range;
  private final LineBuffer lines;
  private final TextBlock.InPiece block;

  /** Where blocks end if each one is a piece, or null. */
  private final @Nullable PieceCuts cuts;

  private final long file;

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

  /** Reads in the same way; with {@code cuts}, each block is a {@link Piece}. */
  RangeReader(
      ReadableByteChannel channel,
      Seek seek,
      FileRange range,
      byte[] buffer,
      @Nullable PieceCuts cuts) {
    this.seek = seek;
    this.range = range;
    this.rangeEnd = range.end();
    this.lines = new LineBuffer(channel, buffer);
    this.block = new TextBlock.InPiece(buffer);
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
    lines.fill(LineBuffer.OVERHANG_BYTES);
    skipMark();
    int left = skipped.first();
    while (left > 0 && readLine() != null) {
      left--;
    }
  }

  private byte @Nullable [] readLine() throws IOException {
    byte[] line = lines.readLine();
    if (line != null) {
      headerEnd = lines.position();
    }
    return line;
  }

  /** Reads what precedes the records. Returns the file, or null if it lacks the header. */
  @Nullable TextFile readStart(boolean header, SkippedLines skipped) throws IOException {
    if (!header) {
      List<String> first = firstLines(skipped);
      if (!first.isEmpty()) {
        FirstLine.refuseRecord(range.file(), first.get(0));
      }
      return TextFile.withoutHeader(range.file(), first);
    }
    byte[] line = readHeader(skipped);
    if (line == null) {
      return null;
    }
    FirstLine.refuseHeader(range.file(), new String(line, UTF_8));
    return TextFile.withHeader(range.file(), line);
  }

  /** Returns the first lines that are neither empty nor skipped; they will be read again. */
  private List<String> firstLines(SkippedLines skipped) throws IOException {
    skipFirst(skipped);
    String comment = skipped.comment();
    return lines.peek().stream()
        .filter(line -> !line.isEmpty() && (comment == null || !line.startsWith(comment)))
        .toList();
  }

  /** Moves to the first line of the range. */
  void seek() throws IOException {
    if (range.start() == 0) {
      if (lines.filled() == 0) {
        lines.fill(LineBuffer.OVERHANG_BYTES);
        skipMark();
      }
      return;
    }
    // A line end just before the range belongs to the previous line.
    boolean afterHeader = headerEnd >= range.start();
    lines.moveTo(afterHeader ? headerEnd : range.start() - 1);
    seek.to(lines.position());
    if (!afterHeader) {
      lines.startLine();
      lines.skipLine();
    }
  }

  /**
   * Returns the next block of whole lines, or null at the end of the range.
   *
   * @throws IOException if the file cannot be read
   */
  @Nullable TextBlock next(BadLines badLines) throws IOException {
    while (true) {
      long position = lines.position();
      if (position >= rangeEnd) {
        return null;
      }
      long blockEnd =
          cuts == null ? rangeEnd : Math.min(rangeEnd, cuts.after(range.file(), position));
      lines.compact();
      lines.fill(limitWithin(blockEnd - position));
      if (cuts != null) {
        fillPiece(blockEnd);
      }
      long left = blockEnd - lines.position();
      if (lines.isEmpty() && lines.atEnd()) {
        return null;
      }
      if (lines.isEmpty() || left <= 0) {
        continue; // a line feed was skipped
      }
      int end = lastLineEnd(left);
      if (end >= 0) {
        return hand(end + 1);
      }
      if (lines.atEnd()) {
        lines.endLastLine();
        return hand(lines.filled());
      }
      if (lines.isFull() && lines.unread() == 0) {
        badLines.tooLong(tooLong());
        lines.skipLine();
      }
    }
  }

  private TextBlock hand(int end) {
    long start = lines.position();
    block.set(start, lines.unread(), end);
    if (cuts != null) {
      block.in(Piece.ofLines(file, start, lines.bytes(), lines.unread(), end));
    }
    lines.readTo(end);
    return block;
  }

  /**
   * Reads to the end of the last line that starts before {@code end}, if it fits into the buffer.
   */
  private void fillPiece(long end) throws IOException {
    while (!lines.atEnd() && !lines.isFull()) {
      long last = end - 1 - lines.offsetOf(0);
      if (last < lines.filled()
          && lines.indexOfLineEnd((int) Math.max(last, lines.unread())) >= 0) {
        return;
      }
      lines.fillMore();
    }
  }

  /** Returns the fill level to read up to: large steps within the range, small ones after it. */
  private int limitWithin(long left) {
    int filled = lines.filled();
    long wanted =
        filled >= left ? filled + LineBuffer.OVERHANG_BYTES : Math.min(left, filled + READ_BYTES);
    return (int) Math.min(wanted, lines.capacity());
  }

  /**
   * Returns the last line end in the buffer that ends a line of this range, or -1: the first one at
   * or after the last byte of the range if the buffer reaches there, else the last one of all. So a
   * last line that the buffer has no room for does not delay those before it.
   */
  private int lastLineEnd(long left) {
    if (lines.filled() - lines.unread() >= left) {
      int end = lines.indexOfLineEnd(lines.unread() + (int) left - 1);
      if (end >= 0) {
        return end;
      }
    }
    return lines.lastLineEnd();
  }

  private void skipMark() {
    int mark = lines.skipMark();
    if (mark > 0) {
      rangeEnd = Math.max(rangeEnd, mark + 1L);
    }
  }

  private DeadLetter tooLong() {
    int shown = Math.min(lines.filled() - lines.unread(), 4 * DeadLetter.SHOWN_CHARACTERS);
    return new DeadLetter(
        range.file(),
        lines.position(),
        "the line is longer than " + lines.capacity() + " bytes; only its start is kept",
        new String(lines.bytes(), lines.unread(), shown, UTF_8));
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
