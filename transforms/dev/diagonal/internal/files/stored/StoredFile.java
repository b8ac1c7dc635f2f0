package dev.diagonal.internal.files.stored;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MatchResult;

/**
 * Reads the stored bytes of a listed file, and counts them.
 *
 * <p>It fails with {@link BadInputException} when the file is no longer the one that was listed:
 * its size or modification time differs, or it ends before the listed size. A local file is checked
 * after every read, before the bytes are returned, so no record ever comes from bytes that were
 * written later. Other files are checked when they are opened and at their end.
 */
public final class StoredFile implements SeekableByteChannel {

  private final InputFile listed;
  private final boolean local;
  private final ReadableByteChannel channel;
  private long position;
  private long bytesRead;

  private StoredFile(InputFile listed, boolean local, ReadableByteChannel channel) {
    this.listed = listed;
    this.local = local;
    this.channel = channel;
  }

  /**
   * Opens a file.
   *
   * @throws BadInputException if it is not the one that was listed
   */
  public static StoredFile open(InputFile listed) throws IOException {
    boolean local = LocalFiles.isLocal(listed.name());
    if (listed.isPipe()) {
      Pipes.take(listed.name());
    }
    ReadableByteChannel channel =
        local
            ? Files.newByteChannel(Path.of(listed.name()))
            : FileSystems.open(FileSystems.matchNewResource(listed.name(), false));
    StoredFile opened = new StoredFile(listed, local, channel);
    boolean same = false;
    try {
      opened.checkUnchanged();
      same = true;
      return opened;
    } finally {
      if (!same) {
        opened.close();
      }
    }
  }

  /** Returns how many bytes were read. */
  long bytesRead() {
    return bytesRead;
  }

  /** Returns the position in the file of the next byte. */
  @Override
  public long position() {
    return position;
  }

  /** Moves to a byte of the file. Skipped bytes are not counted. */
  @Override
  public StoredFile position(long offset) throws IOException {
    if (!(channel instanceof SeekableByteChannel seekable)) {
      throw new IOException("this file system cannot read from the middle of a file");
    }
    SeekableByteChannel unused = seekable.position(offset);
    position = offset;
    return this;
  }

  /** Returns the size of the file when it was listed. */
  @Override
  public long size() {
    return listed.bytes();
  }

  @Override
  public int write(ByteBuffer from) {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new NonWritableChannelException();
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int read = channel.read(into);
    if (local || read < 0) {
      checkUnchanged();
    }
    if (read < 0) {
      checkComplete();
      return read;
    }
    position += read;
    bytesRead += read;
    return read;
  }

  private void checkComplete() {
    if (!listed.isPipe() && position < listed.bytes()) {
      throw new BadInputException(
          "%s ends at byte %s, but had %s bytes when it was listed"
              .formatted(listed.name(), position, listed.bytes()));
    }
  }

  private void checkUnchanged() throws IOException {
    if (listed.isPipe()) {
      return;
    }
    InputFile now = local ? LocalFiles.stat(Path.of(listed.name())) : remote();
    if (now == null) {
      throw new BadInputException(
          listed.name() + " was deleted or renamed after it was listed; " + progress());
    }
    boolean sameTime =
        listed.modifiedMillis() == InputFile.UNKNOWN_TIME
            || now.modifiedMillis() == listed.modifiedMillis();
    if (now.bytes() != listed.bytes() || !sameTime) {
      throw new BadInputException(
          "%s has changed since it was listed: it had %s and now has %s; %s. Do not change a file"
                  .formatted(listed.name(), describe(listed), describe(now), progress())
              + " while it is read: write to another name, then rename");
    }
  }

  private String progress() {
    return "the reader is at byte " + position;
  }

  private InputFile remote() throws IOException {
    MatchResult.Metadata found = FileSystems.matchSingleFileSpec(listed.name());
    return InputFile.of(
        Objects.requireNonNull(found.resourceId()).toString(),
        found.sizeBytes(),
        found.lastModifiedMillis());
  }

  private static String describe(InputFile file) {
    return file.modifiedMillis() == InputFile.UNKNOWN_TIME
        ? file.bytes() + " bytes"
        : file.bytes() + " bytes of " + Instant.ofEpochMilli(file.modifiedMillis());
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
