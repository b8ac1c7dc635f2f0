package dev.diagonal.internal.files.stored;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Decompresses the frames of a zstd file. A file that ends within a frame fails; the stream of
 * zstd-jni does not notice this when its buffer ends with the start of a frame.
 */
final class ZstdChannel implements ReadableByteChannel {

  private static final int CHUNK_BYTES = 1 << 17;

  private final ReadableByteChannel stored;
  private final ZstdDecompressCtx context = new ZstdDecompressCtx();
  private final ByteBuffer compressed = ByteBuffer.allocateDirect(CHUNK_BYTES).limit(0);
  private final ByteBuffer plain = ByteBuffer.allocateDirect(CHUNK_BYTES).limit(0);
  private boolean withinFrame;
  private boolean atEnd;
  private boolean empty = true;
  private boolean open = true;

  ZstdChannel(ReadableByteChannel stored) {
    this.stored = stored;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!into.hasRemaining()) {
      return 0;
    }
    while (!plain.hasRemaining()) {
      if (!decompress()) {
        return -1;
      }
    }
    int length = Math.min(into.remaining(), plain.remaining());
    into.put(into.position(), plain, plain.position(), length);
    into.position(into.position() + length);
    plain.position(plain.position() + length);
    return length;
  }

  /** Decompresses more bytes; returns false after the last frame. */
  private boolean decompress() throws IOException {
    if (!compressed.hasRemaining() && !atEnd) {
      compressed.clear();
      atEnd = stored.read(compressed) < 0;
      compressed.flip();
      empty &= !compressed.hasRemaining();
    }
    boolean drained = !compressed.hasRemaining();
    if (drained && !withinFrame) {
      if (atEnd && empty) {
        throw new EOFException("a zstd file cannot be empty");
      }
      return !atEnd;
    }
    plain.clear();
    try {
      withinFrame = !context.decompressDirectByteBufferStream(plain, compressed);
    } catch (ZstdException e) {
      throw new IOException(reasonOf(e), e);
    }
    plain.flip();
    if (drained && atEnd && withinFrame && !plain.hasRemaining()) {
      throw new EOFException("the last zstd frame is cut off");
    }
    return true;
  }

  private static String reasonOf(ZstdException e) {
    return e.getErrorCode() == Zstd.errFrameParameterWindowTooLarge()
        ? "its zstd window is larger than 128 MiB (written with --long=28 or more): compress it"
            + " again without --long"
        : Zstd.getErrorName(-e.getErrorCode()); // its message says "No error detected"
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() throws IOException {
    if (open) {
      open = false;
      context.close();
      stored.close();
    }
  }
}
