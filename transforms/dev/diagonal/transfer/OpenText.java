package dev.diagonal.transfer;

import dev.diagonal.block.CountingChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileSystems;

/** Opens text files: decompressed by their names, and in UTF-8 whatever they are stored in. */
final class OpenText {

  private static final int CHUNK_BYTES = 1 << 16;

  /** The text from its start, or from the first line that starts in the range. */
  final ReadableByteChannel text;

  /** Counts the bytes as they are stored. */
  final CountingChannel stored;

  /** Where in the text it starts. */
  final long offset;

  private OpenText(ReadableByteChannel text, CountingChannel stored, long offset) {
    this.text = text;
    this.stored = stored;
    this.offset = offset;
  }

  static OpenText of(SourceRange range, Charset encoding) throws IOException {
    CountingChannel stored = new CountingChannel(open(range.place()));
    boolean done = false;
    try {
      OpenText opened = of(range, encoding, stored);
      done = true;
      return opened;
    } finally {
      if (!done) {
        stored.close();
      }
    }
  }

  private static OpenText of(SourceRange range, Charset encoding, CountingChannel stored)
      throws IOException {
    if (range.start() > 0) {
      // The line end just before the range, if there is one there, belongs to the line before.
      stored.position(range.start() - 1);
      long start = behindLineEnd(stored, range.start() - 1);
      stored.position(start);
      return new OpenText(stored, stored, start);
    }
    ReadableByteChannel plain = Compression.detect(range.place()).readDecompressed(stored);
    ReadableByteChannel text =
        encoding.equals(java.nio.charset.StandardCharsets.UTF_8)
            ? plain
            : Channels.newChannel(new Utf8Stream(Channels.newReader(plain, encoding)));
    return new OpenText(text, stored, 0);
  }

  static ReadableByteChannel open(String file) throws IOException {
    return FileSystems.open(FileSystems.matchNewResource(file, false));
  }

  /** Reads on to behind the next line feed; the end of the file if there is none. */
  private static long behindLineEnd(ReadableByteChannel channel, long from) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    long offset = from;
    while (channel.read(chunk) >= 0) {
      for (int i = 0; i < chunk.position(); i++) {
        if (chunk.get(i) == '\n') {
          return offset + i + 1;
        }
      }
      offset += chunk.position();
      chunk.clear();
    }
    return offset;
  }

  /** Counts the lines of a file that end before a byte of it. */
  static long linesBefore(String file, long end) throws IOException {
    long lines = 0;
    long offset = 0;
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    try (ReadableByteChannel channel = open(file)) {
      while (offset < end && channel.read(chunk) >= 0) {
        for (int i = 0; i < chunk.position() && offset + i < end; i++) {
          lines += chunk.get(i) == '\n' ? 1 : 0;
        }
        offset += chunk.position();
        chunk.clear();
      }
    }
    return lines;
  }
}
