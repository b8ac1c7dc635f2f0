package dev.diagonal.internal.transfer.parquet;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Compresses and decompresses pages. Parquet's own codecs are Hadoop's and require most of Hadoop;
 * these only require libraries that Diagonal has anyway. Not thread-safe.
 */
public final class ParquetCodecs implements CompressionCodecFactory {

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    return switch (codec) {
      case SNAPPY -> new Compressor(codec, Snappy::compress);
      case ZSTD -> new Compressor(codec, Zstd::compress);
      case GZIP -> new Compressor(codec, ParquetCodecs::gzip);
      case UNCOMPRESSED -> new Compressor(codec, bytes -> bytes);
      default -> throw new UnsupportedOperationException("compression " + codec);
    };
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case SNAPPY -> new Decompressor(codec, (bytes, size) -> Snappy.uncompress(bytes));
      case ZSTD -> new Decompressor(codec, Zstd::decompress);
      case GZIP ->
          new Decompressor(
              codec,
              (bytes, size) ->
                  allOf(new GZIPInputStream(new ByteArrayInputStream(bytes)), size, codec));
      case LZ4_RAW ->
          new Decompressor(
              codec,
              (bytes, size) ->
                  allOf(
                      new BlockLZ4CompressorInputStream(new ByteArrayInputStream(bytes)),
                      size,
                      codec));
      case UNCOMPRESSED -> new Decompressor(codec, (bytes, size) -> bytes);
      default ->
          throw new UnsupportedOperationException(
              "it is compressed with %s, which Diagonal does not read: write it again with snappy, zstd, gzip or lz4_raw"
                  .formatted(codec));
    };
  }

  @Override
  public void release() {}

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      out.write(bytes);
    }
    return compressed.toByteArray();
  }

  private static byte[] allOf(BytesInput in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) in.size());
    in.writeAllTo(bytes);
    return bytes.toByteArray();
  }

  private static byte[] allOf(InputStream in, int size, CompressionCodecName codec)
      throws IOException {
    try (in) {
      byte[] bytes = in.readNBytes(size);
      if (in.read() >= 0) {
        throw new IOException("a page of " + codec + " is larger than it says");
      }
      return bytes;
    }
  }

  private interface Compression {
    byte[] apply(byte[] bytes) throws IOException;
  }

  private interface Decompression {
    byte[] apply(byte[] bytes, int size) throws IOException;
  }

  private record Compressor(CompressionCodecName codec, Compression compression)
      implements BytesInputCompressor {

    @Override
    public BytesInput compress(BytesInput bytes) throws IOException {
      return BytesInput.from(compression.apply(allOf(bytes)));
    }

    @Override
    public CompressionCodecName getCodecName() {
      return codec;
    }

    @Override
    public void release() {}
  }

  private record Decompressor(CompressionCodecName codec, Decompression decompression)
      implements BytesInputDecompressor {

    @Override
    public BytesInput decompress(BytesInput bytes, int size) throws IOException {
      return BytesInput.from(decompressed(allOf(bytes), size));
    }

    @Override
    public void decompress(ByteBuffer in, int inBytes, ByteBuffer out, int outBytes)
        throws IOException {
      byte[] compressed = new byte[inBytes];
      in.get(compressed);
      out.put(decompressed(compressed, outBytes));
    }

    private byte[] decompressed(byte[] compressed, int size) throws IOException {
      if (size == 0 && compressed.length == 0) {
        return compressed; // a page of nulls; not all codecs accept no bytes
      }
      byte[] bytes;
      try {
        bytes = decompression.apply(compressed, size);
      } catch (RuntimeException e) { // of zstd
        throw new IOException("a page of " + codec + " cannot be decompressed", e);
      }
      if (bytes.length != size) {
        throw new IOException(
            "a page of %s has %s bytes, and should have %s".formatted(codec, bytes.length, size));
      }
      return bytes;
    }

    @Override
    public void release() {}
  }
}
