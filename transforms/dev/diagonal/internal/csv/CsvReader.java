package dev.diagonal.internal.csv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.internal.files.stored.ByteOrderMark;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a stream of separated values through one buffer: {@link #next} moves to a
 * record, {@link #fields} returns its fields, {@link #problem} its error.
 *
 * <p>Empty lines are not records, and neither are the lines that the dialect {@linkplain
 * CsvDialect#skipped skips}. A UTF-8 byte order mark is skipped. A record that cannot be parsed has
 * a problem instead of fields, and reading continues after the line in which the problem is found.
 * A record that is too long is skipped to its end, and never held.
 *
 * <p>Memory: a buffer of 256 KiB, which grows to the maximum length of a record. Not thread-safe.
 */
public final class CsvReader implements Closeable {

  /** The maximum length of a record in all commands: 64 MiB. */
  public static final int MOST_RECORD_BYTES = 64 << 20;

  /** How much of a record that is too long is shown. */
  private static final int SHOWN_BYTES = 1_000;

  private static final int BUFFER_BYTES = 1 << 18;

  private final ReadableByteChannel channel;
  private final CsvDialect dialect;
  private final int maxRecordBytes;
  private final @Nullable Utf8Repair utf8;
  private final CsvFields fields;
  private final byte[] comment;

  private byte[] buffer;
  private ByteBuffer wrapped;

  /** The offset in the stream of the first byte of the buffer. */
  private long bufferOffset;

  private int filled;
  private boolean atEnd;
  private boolean started;

  /** The range of the record in the buffer, and the start of the next one. */
  private int start;

  private int end;
  private int next;

  private long line = 1;
  private long nextLine = 1;
  private @Nullable String problem;

  /** The start of a record that is too long to be held, or null. */
  private byte @Nullable [] shown;

  private long recordOffset;

  /**
   * Reads from the current position of a channel; {@link #close} closes it.
   *
   * @param maxRecordBytes the maximum length of a record, without its line break; a longer one has
   *     a problem
   * @param repairUtf8 whether invalid UTF-8 is replaced by U+FFFD and counted; otherwise it is
   *     unchanged
   * @throws IllegalArgumentException if {@code maxRecordBytes} is not within 1 to 2^29
   */
  public CsvReader(
      ReadableByteChannel channel, CsvDialect dialect, int maxRecordBytes, boolean repairUtf8) {
    checkArgument(
        maxRecordBytes >= 1 && maxRecordBytes <= 1 << 29,
        "maxRecordBytes must be within 1 to 536870912, got %s",
        maxRecordBytes);
    this.channel = channel;
    this.dialect = dialect;
    this.maxRecordBytes = maxRecordBytes;
    this.utf8 = repairUtf8 ? new Utf8Repair() : null;
    this.fields = new CsvFields(dialect, true);
    this.comment = dialect.skipped().commentBytes();
    this.buffer = new byte[Math.min(BUFFER_BYTES, maxRecordBytes + 2)];
    this.wrapped = ByteBuffer.wrap(buffer);
  }

  /** Reads a stream; see {@link #CsvReader(ReadableByteChannel, CsvDialect, int, boolean)}. */
  public static CsvReader of(InputStream stream, CsvDialect dialect, int maxRecordBytes) {
    return new CsvReader(Channels.newChannel(stream), dialect, maxRecordBytes, false);
  }

  /**
   * Moves to the next record, good or bad.
   *
   * @return false if there is none
   */
  public boolean next() throws IOException {
    if (!started) {
      started = true;
      fill();
      next = ByteOrderMark.lengthIn(buffer, filled);
      int left = dialect.skipped().first();
      while (left > 0 && (next < filled || fillAgain())) {
        skipLine();
        left--;
      }
    }
    while (true) {
      if (comment.length > 0 && isAtComment()) {
        skipLine();
        continue;
      }
      start = next;
      int cut = fields.cut(buffer, start, filled, atEnd);
      if (isTooLong(cut)) {
        return skipLong();
      }
      if (cut == CsvFields.MORE || !hasLineEnd(cut)) {
        fill();
        continue;
      }
      if (start == filled) {
        return false;
      }
      if (cut > start) {
        hold(cut);
        return true;
      }
      nextLine++;
      next = behindLineEnd(cut);
    }
  }

  private void hold(int cut) {
    problem = fields.problem();
    shown = null;
    recordOffset = bufferOffset + start;
    line = nextLine;
    nextLine += fields.lineBreaks() + 1L;
    end = cut;
    next = behindLineEnd(cut);
    if (utf8 != null && problem == null) {
      byte[] repaired = utf8.repaired(buffer, start, end);
      if (repaired != null) {
        problem = fields.split(repaired, 0, repaired.length);
      }
    }
  }

  /** Returns the fields of the record; invalid if it has a {@link #problem}. */
  public CsvFields fields() {
    return fields;
  }

  /** Returns the error of the record, or null. */
  public @Nullable String problem() {
    return problem;
  }

  /** Returns the offset in the stream of the record, in bytes from 0. */
  public long offset() {
    return recordOffset;
  }

  /** Returns the line that the record starts in, from 1. */
  public long line() {
    return line;
  }

  /**
   * Returns the record as it is in the stream, without its line break; invalid UTF-8 is replaced.
   * Returns only the start of a record that is too long.
   */
  public String record() {
    return shown == null ? new String(buffer, start, end - start, UTF_8) : new String(shown, UTF_8);
  }

  /** Returns how many invalid UTF-8 sequences have been replaced so far. */
  long replacedCharacters() {
    return utf8 == null ? 0 : utf8.replacedCharacters();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private boolean isTooLong(int cut) {
    return (cut == CsvFields.MORE ? filled : cut) - start > maxRecordBytes;
  }

  /** Returns whether the start of the next record is known: a line feed may follow. */
  private boolean hasLineEnd(int cut) {
    return atEnd || cut + 1 < filled || buffer[cut] != '\r';
  }

  private int behindLineEnd(int cut) {
    if (cut == filled) {
      return cut;
    }
    boolean both = buffer[cut] == '\r' && cut + 1 < filled && buffer[cut + 1] == '\n';
    return cut + (both ? 2 : 1);
  }

  /** Keeps the bytes from {@link #next}, and reads until the buffer is full or the stream ends. */
  private void fill() throws IOException {
    System.arraycopy(buffer, next, buffer, 0, filled - next);
    bufferOffset += next;
    filled -= next;
    next = 0;
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(2 * buffer.length, maxRecordBytes + 2));
      wrapped = ByteBuffer.wrap(buffer);
    }
    wrapped.clear().position(filled);
    while (!atEnd && wrapped.hasRemaining()) {
      atEnd = channel.read(wrapped) < 0;
    }
    filled = wrapped.position();
  }

  private boolean isAtComment() throws IOException {
    while (!atEnd && filled - next < Math.min(comment.length, buffer.length)) {
      fill();
    }
    return SkippedLines.isComment(comment, buffer, next, filled);
  }

  /** Skips the rest of the line at {@link #next}. */
  private void skipLine() throws IOException {
    while (next < filled || fillAgain()) {
      if (endsLine(buffer[next++])) {
        return;
      }
    }
  }

  /**
   * Returns whether a byte that was just passed, together with an LF after a CR, ends a line;
   * counts the line.
   */
  private boolean endsLine(byte b) throws IOException {
    if (b == '\r' && (next < filled || fillAgain()) && buffer[next] == '\n') {
      // A CR at the end of the buffer is examined together with the byte that follows it.
      next++;
    }
    boolean ends = b == '\n' || b == '\r';
    nextLine += ends ? 1 : 0;
    return ends;
  }

  /** Skips the record at {@link #next} to its end, keeping only its start. */
  private boolean skipLong() throws IOException {
    problem = "the record has more than " + maxRecordBytes + " bytes";
    shown = Arrays.copyOfRange(buffer, next, next + Math.min(SHOWN_BYTES, filled - next));
    recordOffset = bufferOffset + next;
    line = nextLine;
    String delimiter = dialect.delimiter();
    int matched = 0;
    boolean quoted = false;
    boolean opens = true;
    boolean escaped = false;
    while (next < filled || fillAgain()) {
      byte b = buffer[next++];
      boolean lineEnd = endsLine(b);
      boolean goesOn = escaped || (quoted && dialect.lineBreaksInQuotes());
      if (lineEnd && !goesOn) {
        return true;
      }
      if (escaped || (b == dialect.escape() && b != CsvDialect.NONE)) {
        escaped = !escaped;
        opens = false;
      } else if (b == dialect.quote() && b != CsvDialect.NONE && (quoted || opens)) {
        quoted = !quoted;
        opens = true;
      } else {
        matched = b == delimiter.charAt(matched) ? matched + 1 : b == delimiter.charAt(0) ? 1 : 0;
        opens = matched == delimiter.length();
        matched = opens ? 0 : matched;
      }
    }
    return true;
  }

  /** Reads more bytes when the buffer is used up; returns whether there are any. */
  private boolean fillAgain() throws IOException {
    fill();
    return next < filled;
  }
}
