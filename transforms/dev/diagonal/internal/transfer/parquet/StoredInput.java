package dev.diagonal.internal.transfer.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A stored file as Parquet reads it; counts the bytes. Not thread-safe. */
final class StoredInput implements InputFile {

  private final SeekableByteChannel stored;
  private final Bytes bytes;

  StoredInput(SeekableByteChannel stored) {
    this.stored = stored;
    this.bytes = new Bytes(stored);
  }

  /** Returns how many bytes were read. */
  long bytesRead() {
    return bytes.read;
  }

  @Override
  public long getLength() throws IOException {
    return stored.size();
  }

  @Override
  public SeekableInputStream newStream() {
    return new Stream(stored, bytes);
  }

  private static final class Stream extends DelegatingSeekableInputStream {

    private final SeekableByteChannel stored;

    Stream(SeekableByteChannel stored, Bytes bytes) {
      super(bytes);
      this.stored = stored;
    }

    @Override
    public long getPos() throws IOException {
      return stored.position();
    }

    @Override
    public void seek(long position) throws IOException {
      SeekableByteChannel unused = stored.position(position);
    }
  }

  private static final class Bytes extends InputStream {

    private final SeekableByteChannel stored;
    private long read;

    Bytes(SeekableByteChannel stored) {
      this.stored = stored;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = stored.read(ByteBuffer.wrap(into, offset, length));
      read += Math.max(0, count);
      return count;
    }

    @Override
    public void close() throws IOException {
      stored.close();
    }
  }
}
