package dev.diagonal.internal.files.stored;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.InputFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * The text of a listed file, decompressed by the extension of its name.
 *
 * <p>Every fault is a {@link BadInputException} that names the file and how far it was read: the
 * file cannot be opened or read, is truncated, has changed since it was listed, or is recognized by
 * its first bytes as something other than text. Not thread-safe.
 */
public final class FileText implements ReadableByteChannel {

  private final InputFile file;
  private final boolean utf8;
  private final StoredFile stored;
  private final ReadableByteChannel text;
  private @Nullable ByteBuffer first;
  private boolean started;
  private long textBytes;

  private FileText(InputFile file, boolean utf8, StoredFile stored, ReadableByteChannel text) {
    this.file = file;
    this.utf8 = utf8;
    this.stored = stored;
    this.text = text;
  }

  /** Opens a file of text in UTF-8. */
  public static FileText open(InputFile file) {
    return open(file, true);
  }

  /**
   * Opens a file.
   *
   * @param utf8 whether its text must be UTF-8; if not, UTF-16 and UTF-32 are accepted
   */
  public static FileText open(InputFile file, boolean utf8) {
    StoredFile stored;
    try {
      stored = StoredFile.open(file);
    } catch (IOException e) {
      throw new BadInputException("cannot read " + file.name() + ": " + reasonOf(e), e);
    }
    try {
      return new FileText(file, utf8, stored, Decompression.of(file.name(), stored));
    } catch (IOException e) {
      BadInputException failure =
          new BadInputException("cannot read " + file.name() + ": " + reasonOf(e), e);
      try {
        stored.close();
      } catch (IOException alsoFailed) {
        failure.addSuppressed(alsoFailed);
      }
      throw failure;
    }
  }

  /** Returns how many stored bytes were read. */
  public long storedBytesRead() {
    return stored.bytesRead();
  }

  /** Moves to a byte of the file, which must not be compressed. */
  public void position(long offset) {
    started = true;
    first = null;
    textBytes = offset;
    try {
      stored.position(offset);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public int read(ByteBuffer into) {
    try {
      if (!started) {
        started = true;
        first = firstBytes();
      }
      if (first == null) {
        return readText(into);
      }
      int read = Math.min(into.remaining(), first.remaining());
      into.put(into.position(), first, first.position(), read).position(into.position() + read);
      first = first.position(first.position() + read).hasRemaining() ? first : null;
      return read;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private int readText(ByteBuffer into) throws IOException {
    int read = text.read(into);
    textBytes += Math.max(0, read);
    return read;
  }

  private @Nullable ByteBuffer firstBytes() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(FirstBytes.LENGTH);
    int read = 0;
    while (bytes.hasRemaining() && read >= 0) {
      read = readText(bytes);
    }
    bytes.flip();
    String problem = FirstBytes.problem(bytes.array(), bytes.limit(), utf8);
    if (problem != null) {
      throw new BadInputException("cannot read " + file.name() + " as text: " + problem);
    }
    return bytes.hasRemaining() ? bytes : null;
  }

  private BadInputException failure(IOException e) {
    String progress =
        file.isCompressed()
            ? "%s bytes of text were read, from %s of %s bytes of the file"
                .formatted(textBytes, stored.position(), file.bytes())
            : "the reader is at byte " + textBytes;
    return new BadInputException(
        "cannot read %s: %s; %s".formatted(file.name(), reasonOf(e), progress), e);
  }

  private static String reasonOf(IOException e) {
    if (e.getMessage() != null && !(e instanceof FileSystemException)) {
      return e.getMessage();
    }
    if (e instanceof NoSuchFileException) {
      return "it does not exist here";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return e instanceof EOFException ? "it is cut off" : e.toString();
  }

  @Override
  public boolean isOpen() {
    return text.isOpen();
  }

  @Override
  public void close() throws IOException {
    text.close();
    stored.close();
  }
}
