package dev.diagonal.internal.transfer.sink;

import dev.diagonal.internal.transfer.receipt.Checksum;
import dev.diagonal.metrics.Changes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * What one sink has written of a range.
 *
 * @param range the number of the range; {@value #NONE} for none
 * @param sink the number of the sink, from 0
 * @param rows how many rows
 * @param part identifies the rows of the attempt that wrote all of them: its part file, or its
 *     {@link StagedRange} of a stage; empty for other sinks
 * @param changes what the rows changed in the target
 * @param checksum of the rows, or that of none if nobody wants it
 */
public record RangeWritten(
    int range, int sink, long rows, String part, Changes changes, Checksum checksum) {

  /** Returns a result of a sink that does not know what it changed. */
  public RangeWritten(int range, int sink, long rows, String part) {
    this(range, sink, rows, part, Changes.UNKNOWN, Checksum.NONE);
  }

  /** Means no range: informs a sink of the end of a source without rows. */
  public static final int NONE = -1;

  /** Encodes the result as three varints, a text, the changes and 16 bytes of the checksum. */
  public static final class WrittenCoder extends AtomicCoder<RangeWritten> {

    @Override
    public void encode(RangeWritten written, OutputStream out) throws IOException {
      VarInt.encode(written.range(), out);
      VarInt.encode(written.sink(), out);
      VarInt.encode(written.rows(), out);
      StringUtf8Coder.of().encode(written.part(), out);
      Changes.coder().encode(written.changes(), out);
      BigEndianLongCoder.of().encode(written.checksum().high(), out);
      BigEndianLongCoder.of().encode(written.checksum().low(), out);
    }

    @Override
    public RangeWritten decode(InputStream in) throws IOException {
      return new RangeWritten(
          VarInt.decodeInt(in),
          VarInt.decodeInt(in),
          VarInt.decodeLong(in),
          StringUtf8Coder.of().decode(in),
          Changes.coder().decode(in),
          new Checksum(BigEndianLongCoder.of().decode(in), BigEndianLongCoder.of().decode(in)));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
