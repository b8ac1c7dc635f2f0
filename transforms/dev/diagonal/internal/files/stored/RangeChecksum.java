package dev.diagonal.internal.files.stored;

import dev.diagonal.files.stored.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * A checksum of the stored bytes that a reader of a range depends on: the range, the byte before
 * it, the rest of the record at its end, and the start of the file, which may name the columns.
 */
public final class RangeChecksum {

  private static final int CHUNK_BYTES = 1 << 18;
  private static final int FIRST_BYTES = 1 << 12;

  private final CRC32C first = new CRC32C();
  private final CRC32 second = new CRC32();
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);

  private RangeChecksum() {}

  /**
   * Bytes of a file.
   *
   * @param end exclusive
   */
  public record Span(long start, long end) {}

  /** Reads the bytes of spans, and no others. */
  public static long of(InputFile file, List<Span> spans) throws IOException {
    RangeChecksum checksum = new RangeChecksum();
    try (StoredFile stored = StoredFile.open(file)) {
      for (Span span : spans) {
        checksum.add(stored.position(span.start()), span.end() - span.start());
      }
    }
    return checksum.value();
  }

  /**
   * Reads the bytes of a range of lines.
   *
   * @param start the first byte of the range
   * @param end the end of the range, exclusive; may be after the end of the file
   */
  public static long of(InputFile file, long start, long end) throws IOException {
    RangeChecksum checksum = new RangeChecksum();
    try (StoredFile stored = StoredFile.open(file)) {
      if (start > 0) {
        checksum.add(stored.position(0), Math.min(FIRST_BYTES, start));
        stored.position(start - 1);
      }
      checksum.add(stored, end - Math.max(0, start - 1));
      checksum.addUntilLineEnd(stored);
    }
    return checksum.value();
  }

  private long value() {
    return first.getValue() << Integer.SIZE | second.getValue();
  }

  private void add(StoredFile stored, long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      chunk.clear().limit((int) Math.min(left, CHUNK_BYTES));
      if (stored.read(chunk) < 0) {
        return;
      }
      left -= chunk.position();
      update(chunk.flip().remaining());
    }
  }

  private void addUntilLineEnd(StoredFile stored) throws IOException {
    while (stored.read(chunk.clear()) >= 0) {
      int count = chunk.flip().remaining();
      for (int i = 0; i < count; i++) {
        if (chunk.get(i) == '\n' || chunk.get(i) == '\r') {
          update(i + 1);
          return;
        }
      }
      update(count);
    }
  }

  private void update(int count) {
    first.update(chunk.array(), 0, count);
    second.update(chunk.array(), 0, count);
  }
}
