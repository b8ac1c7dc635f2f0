package dev.diagonal.internal.files.stored;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import org.apache.beam.sdk.io.Compression;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/**
 * Decompresses a file by the extension of its name. The file must end where a gzip member, bzip2
 * stream or zstd frame ends. A file named {@code .gz} that is not gzip is read unchanged.
 */
final class Decompression {

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int GZIP_MAGIC = 0x1f8b;

  private Decompression() {}

  static ReadableByteChannel of(String name, ReadableByteChannel stored) throws IOException {
    Compression compression = Compression.detect(name);
    return switch (compression) {
      case UNCOMPRESSED -> stored;
      case GZIP -> gzip(buffered(stored));
      case BZIP2 -> bzip2(buffered(stored));
      case ZSTD -> new ZstdChannel(stored);
      default -> compression.readDecompressed(stored);
    };
  }

  private static BufferedInputStream buffered(ReadableByteChannel stored) {
    return new BufferedInputStream(Channels.newInputStream(stored), BUFFER_BYTES);
  }

  private static ReadableByteChannel gzip(BufferedInputStream stored) throws IOException {
    stored.mark(2);
    int first = stored.read();
    int second = stored.read();
    stored.reset();
    if (first < 0) {
      throw new EOFException("a gzip file cannot be empty");
    }
    boolean plain = second >= 0 && (first << 8 | second) != GZIP_MAGIC;
    return Channels.newChannel(plain ? stored : new GzipMembers(stored));
  }

  private static ReadableByteChannel bzip2(BufferedInputStream stored) throws IOException {
    stored.mark(1);
    boolean empty = stored.read() < 0;
    stored.reset();
    if (empty) {
      throw new EOFException("a bzip2 file cannot be empty");
    }
    return Channels.newChannel(new BZip2CompressorInputStream(stored, true));
  }
}
