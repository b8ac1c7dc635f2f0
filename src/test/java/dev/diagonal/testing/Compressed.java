package dev.diagonal.testing;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/** The formats that files may be compressed in. */
public enum Compressed {
  GZ,
  BZ2,
  ZST;

  /** Returns the end of the file name, with its dot. */
  public String extension() {
    return "." + name().toLowerCase(Locale.ROOT);
  }

  /** Returns the bytes as one member of this format. */
  public byte[] compress(byte[] bytes) throws IOException {
    if (this == ZST) {
      return Zstd.compress(bytes);
    }
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out =
        this == GZ
            ? new GZIPOutputStream(compressed)
            : new BZip2CompressorOutputStream(compressed)) {
      out.write(bytes);
    }
    return compressed.toByteArray();
  }
}
