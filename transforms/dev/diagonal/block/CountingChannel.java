package dev.diagonal.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;

/** Counts the bytes that pass, so that progress through a compressed file can be told. */
public final class CountingChannel implements ReadableByteChannel {

  private final ReadableByteChannel channel;
  private long bytesRead;

  /** Counts what is read of {@code channel}, and closes it. */
  public CountingChannel(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /** How many bytes have passed. */
  public long bytesRead() {
    return bytesRead;
  }

  /**
   * Moves to a byte of the file; what is skipped is not counted.
   *
   * @throws IOException if the file system cannot
   */
  public void position(long offset) throws IOException {
    if (!(channel instanceof SeekableByteChannel seekable)) {
      throw new IOException("this file system cannot read from the middle of a file");
    }
    seekable.position(offset);
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int read = channel.read(into);
    bytesRead += Math.max(read, 0);
    return read;
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
