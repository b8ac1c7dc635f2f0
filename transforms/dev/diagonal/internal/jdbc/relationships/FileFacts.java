package dev.diagonal.internal.jdbc.relationships;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.files.stored.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file as it was when a statement wrote its rows.
 *
 * @param file {@link Piece#fileOf} its name
 * @param bytes its size as stored
 * @param checksum the CRC-32C of all its bytes
 */
record FileFacts(long file, String name, long bytes, int checksum) {

  private static final int BUFFER_BYTES = 1 << 20;

  /**
   * Reads a file, which is not a pipe.
   *
   * @throws BadInputException if it cannot be read
   */
  static FileFacts of(InputFile file) {
    CRC32C checksum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try (StoredFile stored = StoredFile.open(file)) {
      while (stored.read(buffer) >= 0) {
        checksum.update(buffer.flip());
        buffer.clear();
      }
    } catch (IOException e) {
      throw new BadInputException("cannot read " + file.name() + ": " + e, e);
    }
    return new FileFacts(
        Piece.fileOf(file.name()), file.name(), file.bytes(), (int) checksum.getValue());
  }

  /** Returns how the file has changed, or null if it is the same. */
  @Nullable String changeTo(FileFacts now) {
    String resized = changeTo(now.bytes);
    return resized != null || now.checksum == checksum ? resized : "its content differs";
  }

  /** Returns how the size of the file has changed, or null if it is the same. */
  @Nullable String changeTo(long nowBytes) {
    return nowBytes == bytes
        ? null
        : String.format(Locale.ROOT, "it had %,d bytes and now has %,d", bytes, nowBytes);
  }
}
