package dev.diagonal.block;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * The lines of a file that start at or after byte {@code start} and before byte {@code end}.
 *
 * @param file the file's name
 * @param start 0 in a compressed file
 * @param end {@link #TO_THE_END} in a compressed file, whose length is not known
 */
public record FileRange(String file, long start, long end) {

  /** The end of a range whose file's length is not known. */
  public static final long TO_THE_END = Long.MAX_VALUE;

  /**
   * @throws IllegalArgumentException if {@code start} is negative or not before {@code end}
   */
  public FileRange {
    checkArgument(start >= 0, "start must be >= 0, got %s", start);
    checkArgument(end > start, "end must be > start %s, got %s", start, end);
  }

  /** Encodes a range as its file (UTF-8, length first), start and end (varints). */
  static final class RangeCoder extends AtomicCoder<FileRange> {

    private static final StringUtf8Coder FILE = StringUtf8Coder.of();

    @Override
    public void encode(FileRange range, OutputStream out) throws IOException {
      FILE.encode(range.file(), out);
      VarInt.encode(range.start(), out);
      VarInt.encode(range.end(), out);
    }

    @Override
    public FileRange decode(InputStream in) throws IOException {
      return new FileRange(FILE.decode(in), VarInt.decodeLong(in), VarInt.decodeLong(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
