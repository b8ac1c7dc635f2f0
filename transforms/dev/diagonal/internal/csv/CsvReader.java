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
 * The records of a stream of separated values, one after another through one buffer: {@link #next}
 * moves to a record, {@link #fields} has its fields, {@link #problem} what is wrong with it.
 *
 * <p>Empty lines are not records, and neither are the lines that the dialect {@linkplain
 * CsvDialect#skipped skips}. A byte order mark of UTF-8 is skipped. A record that cannot be read
 * has a problem instead of fields, and the reader goes on after the line in which the problem
 * shows; one that is too long is skipped to its end, and never held.
 *
 * <p>Memory: a buffer of 256 KiB, which grows to the longest record that is allowed. Not safe for
 * use by several threads at once.
 */
public final class CsvReader implements Closeable {

  /** How long a record may be in all commands: 64 MiB. */
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

  /** Where in the stream the first byte of the buffer stands. */
  private long bufferOffset;

  private int filled;
  private boolean atEnd;
  private boolean started;

  /** The record from here to there in the buffer, and where the next one starts. */
  private int start;

  private int end;
  private int next;

  private long line = 1;
  private long nextLine = 1;
  private @Nullable String problem;

  /** The start of the record if it is too long to be held. */
  private byte @Nullable [] shown;

  private long recordOffset;

  /**
   * Reads from where a channel stands; {@link #close} closes it.
   *
   * @param maxRecordBytes how long a record may be, its line break excluded; a longer one has a
   *     problem
   * @param repairUtf8 whether bytes that are no UTF-8 are replaced by U+FFFD and counted; if not
   *     they are left as they are
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
      for (int i = 0; i < dialect.skipped().first(); i++) {
        skipLine();
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

  /** The fields of the record; there are none to be trusted if it has a {@link #problem}. */
  public CsvFields fields() {
    return fields;
  }

  /** Returns what is wrong with the record, for a person, or null. */
  public @Nullable String problem() {
    return problem;
  }

  /** Returns where in the stream the record starts, in bytes from 0. */
  public long offset() {
    return recordOffset;
  }

  /** Returns the line that the record starts in, from 1. */
  public long line() {
    return line;
  }

  /**
   * Returns the record as it stands in the stream, without its line break; bytes that are no UTF-8
   * are replaced. Of one that is too long it is the start.
   */
  public String record() {
    return shown == null ? new String(buffer, start, end - start, UTF_8) : new String(shown, UTF_8);
  }

  /** Returns how many characters had to be put in place of broken UTF-8 so far. */
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

  /** Whether it can be told where the next record starts: a line feed may follow at once. */
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

  /** Reads on, keeping what is in the buffer from {@link #next}, until it is full or at the end. */
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

  /** Whether a byte that was just passed ends a line, with the LF after a CR; counts the line. */
  private boolean endsLine(byte b) throws IOException {
    if (b == '\r' && (next < filled || fillAgain()) && buffer[next] == '\n') {
      // A carriage return that the buffer ends with is looked at together with what follows it.
      next++;
    }
    boolean ends = b == '\n' || b == '\r';
    nextLine += ends ? 1 : 0;
    return ends;
  }

  /** Skips the record at {@link #next} to its end, of which nothing is held but its start. */
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

  /** Reads on when all in the buffer is done with; returns whether there is more. */
  private boolean fillAgain() throws IOException {
    fill();
    return next < filled;
  }
}
