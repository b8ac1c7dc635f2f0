package dev.diagonal.internal.transfer.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.stored.FileText;
import dev.diagonal.internal.files.stored.LineEnds;
import dev.diagonal.internal.rows.RowOrigin;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;

/**
 * Opens text files: decompresses them by their names, and converts them to UTF-8.
 *
 * @param text the text from its start, or from the first line that starts in the range
 * @param file the file it is read from
 * @param stored counts the stored bytes
 * @param offset where in the text it starts
 */
record OpenText(ReadableByteChannel text, InputFile file, FileText stored, long offset) {

  /**
   * Opens a file.
   *
   * @param start 0, or the byte at or after which lines start; the file must then be plain UTF-8
   */
  static OpenText of(InputFile file, long start, Charset encoding) throws IOException {
    boolean utf8 = encoding.equals(UTF_8);
    FileText stored = FileText.open(file, utf8);
    if (start == 0) {
      ReadableByteChannel text =
          utf8 ? stored : Channels.newChannel(new Utf8Stream(stored, encoding));
      return new OpenText(text, file, stored, 0);
    }
    boolean done = false;
    try {
      stored.position(start - 1);
      long offset = LineEnds.firstLineFrom(stored, start);
      stored.position(offset);
      done = true;
      return new OpenText(stored, file, stored, offset);
    } finally {
      if (!done) {
        stored.close();
      }
    }
  }

  /**
   * Returns the origin of the records of a range; opens the file only when line numbers are needed.
   */
  static RowOrigin origin(SourceRange range, InputFile file) {
    return new RowOrigin(
        range.place(),
        () -> {
          OpenText opened = of(file, range.start(), UTF_8);
          opened.text.close();
          return opened.linesBefore();
        });
  }

  /** Returns how many bytes of the file were read. */
  long storedBytesRead() {
    return stored.storedBytesRead();
  }

  /** Counts the lines of the file before those that are read here. */
  long linesBefore() throws IOException {
    if (offset == 0) {
      return 0;
    }
    try (FileText before = FileText.open(file)) {
      return LineEnds.countBefore(before, offset);
    }
  }
}
