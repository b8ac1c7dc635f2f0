package dev.diagonal.internal.files.stored;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a file that a reader holds: all of its lines end with LF, whatever they end with in
 * the file. Its last byte is kept for a line end that the file lacks.
 */
public final class LineBuffer {

  /** How many bytes are read at a time in search of a line end. */
  public static final int OVERHANG_BYTES = 1 << 13;

  private final ReadableByteChannel channel;
  private final byte[] buffer;
  private final ByteBuffer wrapped;

  /** The offset in the file of the first byte of the buffer. */
  private long offset;

  /** The bytes of the buffer that are not read yet: from unread to filled. */
  private int unread;

  private int filled;
  private boolean atEnd;

  /** Up to this index lines end with LF. At most one byte follows it, a CR. */
  private int normalized;

  /** Whether the buffer was full when its last byte was a CR: an LF that follows belongs to it. */
  private boolean skipLineFeed;

  public LineBuffer(ReadableByteChannel channel, byte[] buffer) {
    checkArgument(buffer.length > ByteOrderMark.BYTES, "buffer too small: %s", buffer.length);
    this.channel = channel;
    this.buffer = buffer;
    this.wrapped = ByteBuffer.wrap(buffer);
  }

  /** Returns the bytes, for readers only. */
  public byte[] bytes() {
    return buffer;
  }

  /** Returns the index of the first byte that is not read yet. */
  public int unread() {
    return unread;
  }

  /** Returns the index after the last byte. */
  public int filled() {
    return filled;
  }

  /** Returns how many bytes the buffer can hold. */
  public int capacity() {
    return buffer.length - 1;
  }

  /** Whether the buffer holds the end of the file. */
  public boolean atEnd() {
    return atEnd;
  }

  public boolean isFull() {
    return filled == capacity();
  }

  /** Whether there are no bytes to read in the buffer. */
  public boolean isEmpty() {
    return unread == filled;
  }

  /** Returns the offset in the file of a byte of the buffer. */
  public long offsetOf(int index) {
    return offset + index;
  }

  /** Returns the offset in the file of the first byte that is not read yet. */
  public long position() {
    return offset + unread;
  }

  /** Marks the bytes before an index as read. */
  public void readTo(int index) {
    unread = index;
  }

  /** Empties the buffer: its channel now is at an offset of the file. */
  public void moveTo(long position) {
    offset = position;
    unread = filled = normalized = 0;
    atEnd = false;
  }

  /** Starts a line at the first byte: an LF there does not belong to a CR before it. */
  public void startLine() {
    skipLineFeed = false;
  }

  /** Skips the byte order mark that the file starts with, and returns its length. */
  public int skipMark() {
    int mark = ByteOrderMark.lengthIn(buffer, filled);
    unread = Math.max(unread, mark);
    return mark;
  }

  /** Adds the line end that the file lacks. */
  public void endLastLine() {
    buffer[filled++] = '\n';
    normalized = filled;
  }

  /** Returns the index of the first line end from an index, or -1. */
  public int indexOfLineEnd(int from) {
    for (int i = from; i < filled; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  /** Returns the index of the last line end in the buffer, or -1. */
  public int lastLineEnd() {
    for (int i = filled - 1; i >= unread; i--) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  /** Makes room: moves the bytes that are not read to the start of the buffer. */
  public void compact() {
    System.arraycopy(buffer, unread, buffer, 0, filled - unread);
    offset += unread;
    filled -= unread;
    normalized -= unread;
    unread = 0;
  }

  /** Reads a few more bytes. */
  public void fillMore() throws IOException {
    fill(filled + OVERHANG_BYTES);
  }

  /** Reads on until the buffer holds {@code limit} bytes, is full, or holds the end of the file. */
  public void fill(int limit) throws IOException {
    int most = Math.min(limit, capacity());
    if (skipLineFeed && filled > 0) {
      buffer[filled - 1] = '\r'; // the next byte may fit into the buffer now
      normalized = filled - 1;
      skipLineFeed = false;
    }
    while (!atEnd && filled < most) {
      wrapped.limit(most).position(filled);
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
    if (normalized < filled && isFull()) {
      buffer[normalized] = '\n'; // the next byte does not fit into the buffer
      normalized = filled;
      skipLineFeed = true;
    }
  }

  /**
   * Reads the next line, without its line end, or returns null at the end of the file.
   *
   * @throws IOException if the line is longer than the buffer
   */
  public byte @Nullable [] readLine() throws IOException {
    while (true) {
      int end = indexOfLineEnd(unread);
      if (end < 0 && atEnd) {
        if (isEmpty()) {
          return null;
        }
        end = filled;
      }
      if (end >= 0) {
        int textEnd = end > unread && buffer[end - 1] == '\r' ? end - 1 : end;
        byte[] line = Arrays.copyOfRange(buffer, unread, textEnd);
        unread = Math.min(end + 1, filled);
        return line;
      }
      compact();
      if (isFull()) {
        throw new IOException("the first line is longer than " + filled + " bytes");
      }
      fillMore();
    }
  }

  /**
   * Returns the complete lines in the buffer, without their line ends; reads on if there is none.
   * The lines stay unread.
   */
  public List<String> peek() throws IOException {
    while (indexOfLineEnd(unread) < 0 && !atEnd && !isFull()) {
      compact();
      fillMore();
    }
    List<String> lines = new ArrayList<>();
    int start = unread;
    for (int end = indexOfLineEnd(start); end >= 0; end = indexOfLineEnd(start)) {
      lines.add(text(start, end));
      start = end + 1;
    }
    if (atEnd && start < filled) {
      lines.add(text(start, filled));
    }
    return lines;
  }

  private String text(int start, int end) {
    int textEnd = end > start && buffer[end - 1] == '\r' ? end - 1 : end;
    return new String(buffer, start, textEnd - start, UTF_8);
  }

  /** Skips the rest of a line with its line end. */
  public void skipLine() throws IOException {
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
      fill(OVERHANG_BYTES);
    }
  }
}
