package dev.diagonal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** A file in memory that returns at most so many bytes per read, as networks do. */
final class ArrayChannel implements SeekableByteChannel {

  private final byte[] bytes;
  private final int mostBytesARead;
  private int position;

  ArrayChannel(byte[] bytes, int mostBytesARead) {
    this.bytes = bytes;
    this.mostBytesARead = mostBytesARead;
  }

  @Override
  public int read(ByteBuffer into) {
    int left = bytes.length - position;
    if (left <= 0) {
      return -1;
    }
    int read = Math.min(Math.min(left, into.remaining()), mostBytesARead);
    into.put(bytes, position, read);
    position += read;
    return read;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public SeekableByteChannel position(long newPosition) throws IOException {
    position = Math.toIntExact(newPosition);
    return this;
  }

  @Override
  public long size() {
    return bytes.length;
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
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
