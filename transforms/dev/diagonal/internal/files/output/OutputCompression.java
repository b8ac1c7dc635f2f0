package dev.diagonal.internal.files.output;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** The extensions of compressions and archives that are not written. */
  private static final Pattern OTHERS =
      Pattern.compile(
          "\\.(7z|arj|br|cab|cpio|lha|lrz|lz|lz4|lzh|lzma|lzo|rar|sz|t[gx]z|tbz2?|tlz|tzst|xz|z|zipx?"
              + "|tar(\\.(br|bz2|gz|lz4?|lzma|lzo|xz|z|zst))?)$",
          Pattern.CASE_INSENSITIVE);

  private OutputCompression() {}

  /**
   * Checks that a file of this name can be written.
   *
   * @throws IllegalArgumentException if its extension is that of an archive, or of a compression
   *     that cannot be written
   */
  public static void check(String path) {
    Matcher other = OTHERS.matcher(path);
    boolean isOther = other.find();
    Compression compression = Compression.detect(path);
    if (isOther || !WRITTEN.contains(compression)) {
      throw new IllegalArgumentException(
          "'%s' has the extension of an archive or compression that is not written (%s): a name that ends in .gz, .bz2 or .zst is written compressed, any other one as plain text"
              .formatted(path, isOther ? other.group() : compression));
    }
  }

  /**
   * Checks the name of a file that is always written as plain text.
   *
   * @throws IllegalArgumentException if its extension is that of an archive or a compression
   */
  public static void checkPlain(String path) {
    check(path);
    Compression compression = Compression.detect(path);
    if (compression != Compression.UNCOMPRESSED) {
      throw new IllegalArgumentException(
          "'%s' has the extension of %s, but this file is not compressed: name one without it"
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
