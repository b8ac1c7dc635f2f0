package dev.diagonal.block;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StructuredCoder;
import org.apache.beam.sdk.util.VarInt;

/**
 * Encodes a {@link Block} as its number of records (a varint) and the records one after another.
 */
final class BlockCoder<T> extends StructuredCoder<Block<T>> {

  private final Coder<T> recordCoder;

  BlockCoder(Coder<T> recordCoder) {
    this.recordCoder = recordCoder;
  }

  @Override
  public void encode(Block<T> block, OutputStream out) throws IOException {
    VarInt.encode(block.size(), out);
    for (T record : block.records()) {
      recordCoder.encode(record, out);
    }
  }

  @Override
  public Block<T> decode(InputStream in) throws IOException {
    int size = VarInt.decodeInt(in);
    List<T> records = new ArrayList<>(Math.min(size, 1 << 16));
    for (int i = 0; i < size; i++) {
      records.add(recordCoder.decode(in));
    }
    return new Block<>(records);
  }

  @Override
  public List<? extends Coder<?>> getCoderArguments() {
    return List.of(recordCoder);
  }

  @Override
  public void verifyDeterministic() throws NonDeterministicException {
    verifyDeterministic(this, "the records' coder must be deterministic", recordCoder);
  }
}
