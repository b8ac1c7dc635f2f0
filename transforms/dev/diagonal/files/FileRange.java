package dev.diagonal.files;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.files.stored.InputFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * The lines of a file that start at or after byte {@code start} and before byte {@code end}.
 *
 * @param input the file as it was listed
 * @param start 0 in a compressed file
 * @param end {@link #TO_THE_END} in a compressed file, whose length is not known
 */
public record FileRange(InputFile input, long start, long end) {

  /** The end of a range in a file of unknown length. */
  public static final long TO_THE_END = Long.MAX_VALUE;

  /**
   * @throws IllegalArgumentException if {@code start} is negative or not before {@code end}
   */
  public FileRange {
    checkArgument(start >= 0, "start must be >= 0, got %s", start);
    checkArgument(end > start, "end must be > start %s, got %s", start, end);
  }

  /** Returns the range of a whole file. */
  public static FileRange all(InputFile file) {
    return new FileRange(file, 0, TO_THE_END);
  }

  /** Returns the file's name. */
  public String file() {
    return input.name();
  }

  /** Returns the coder: the file, start and end (varints). */
  public static Coder<FileRange> coder() {
    return new RangeCoder();
  }

  private static final class RangeCoder extends AtomicCoder<FileRange> {

    private static final Coder<InputFile> FILE = InputFile.coder();

    @Override
    public void encode(FileRange range, OutputStream out) throws IOException {
      FILE.encode(range.input(), out);
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
