package dev.diagonal.internal.transfer.source;

import dev.diagonal.files.RangePlan;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * A part of a source that one reader reads.
 *
 * @param index its number, from 0, in the order of the rows
 * @param place the file or the table
 * @param start where it starts: a byte, or a key; in order
 * @param end where it ends, exclusive
 */
public record SourceRange(int index, String place, long start, long end) implements Serializable {

  /**
   * Returns whether this range of a file includes the record at this byte. The first line always
   * belongs to the first range, even if a byte order mark fills that range. {@link
   * RangePlan#DEFAULT} never cuts such a range, but smaller plans do.
   *
   * @param line the line that the record starts in, counted from 1 at the start of the range
   */
  boolean includes(long offset, long line) {
    return offset < end || (start == 0 && line == 1);
  }

  /** Encodes a range as its place (UTF-8, length first) and three varints. */
  public static final class RangeCoder extends AtomicCoder<SourceRange> {

    private static final StringUtf8Coder PLACE = StringUtf8Coder.of();

    @Override
    public void encode(SourceRange range, OutputStream out) throws IOException {
      VarInt.encode(range.index(), out);
      PLACE.encode(range.place(), out);
      VarInt.encode(range.start(), out);
      VarInt.encode(range.end(), out);
    }

    @Override
    public SourceRange decode(InputStream in) throws IOException {
      return new SourceRange(
          VarInt.decodeInt(in), PLACE.decode(in), VarInt.decodeLong(in), VarInt.decodeLong(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
