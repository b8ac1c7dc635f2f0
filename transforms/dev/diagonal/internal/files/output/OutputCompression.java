package dev.diagonal.internal.files.output;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.io.Compression;

/**
 * Compresses outputs by their names, as {@link Compression#detect} decompresses inputs. Separately
 * compressed files may be concatenated.
 */
public final class OutputCompression {

  private static final int BUFFER_BYTES = 1 << 13;

  private static final Set<Compression> WRITTEN =
      Set.of(Compression.UNCOMPRESSED, Compression.GZIP, Compression.BZIP2, Compression.ZSTD);

  private OutputCompression() {}

  /**
   * Checks that a file of this name can be written.
   *
   * @throws IllegalArgumentException if a file of this name would be decompressed by a format that
   *     cannot be written
   */
  public static void check(String path) {
    Compression compression = Compression.detect(path);
    if (!WRITTEN.contains(compression)) {
      throw new IllegalArgumentException(
          "'%s' has the extension of %s, which cannot be written; use .gz, .bz2 or .zst"
              .formatted(path, compression));
    }
  }

  /** Returns a stream that compresses to {@code out}, and closes it. */
  public static OutputStream of(String path, OutputStream out) throws IOException {
    check(path);
    Compression compression = Compression.detect(path);
    return switch (compression) {
      case UNCOMPRESSED -> out;
      case GZIP -> new GZIPOutputStream(out, BUFFER_BYTES);
      default -> Channels.newOutputStream(compression.writeCompressed(Channels.newChannel(out)));
    };
  }
}
