package dev.diagonal.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;

/** Encodes a {@link Written} as its target (UTF-8 with its length) and eleven varints. */
final class WrittenCoder extends AtomicCoder<Written> {

  static final WrittenCoder INSTANCE = new WrittenCoder();

  private WrittenCoder() {}

  @Override
  public void encode(Written written, OutputStream out) throws IOException {
    StringUtf8Coder.of().encode(written.target(), out);
    VarInt.encode(written.rows(), out);
    VarInt.encode(written.attempts(), out);
    VarInt.encode(written.millis(), out);
    Changes.coder().encode(written.changes(), out);
  }

  @Override
  public Written decode(InputStream in) throws IOException {
    return new Written(
        StringUtf8Coder.of().decode(in),
        VarInt.decodeLong(in),
        VarInt.decodeInt(in),
        VarInt.decodeLong(in),
        Changes.coder().decode(in));
  }
}
