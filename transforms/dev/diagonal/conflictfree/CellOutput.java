package dev.diagonal.conflictfree;

import dev.diagonal.block.Block;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StructuredCoder;
import org.apache.beam.sdk.util.VarInt;

/** The output of assigning rows to cells: written batches, and leftover rows. */
sealed interface CellOutput<T> {

  /** A batch that was written. */
  record Done<T>(BatchWritten batch) implements CellOutput<T> {}

  /** Rows of a cell that are too few for a batch; they are grouped with those of other bundles. */
  record Leftover<T>(int cell, Block<T> rows) implements CellOutput<T> {}

  static <T> Coder<CellOutput<T>> coder(Coder<T> rowCoder) {
    return new CellOutputCoder<>(Block.coder(rowCoder));
  }

  /**
   * Encodes leftover rows as their cell plus one and the rows, and a written batch as 0 and its
   * result.
   */
  final class CellOutputCoder<T> extends StructuredCoder<CellOutput<T>> {

    private final Coder<Block<T>> blockCoder;

    CellOutputCoder(Coder<Block<T>> blockCoder) {
      this.blockCoder = blockCoder;
    }

    @Override
    public void encode(CellOutput<T> outcome, OutputStream out) throws IOException {
      if (outcome instanceof Leftover<T> leftover) {
        VarInt.encode(leftover.cell + 1, out);
        blockCoder.encode(leftover.rows, out);
      } else if (outcome instanceof Done<T> done) {
        VarInt.encode(0, out);
        BatchWritten.coder().encode(done.batch, out);
      }
    }

    @Override
    public CellOutput<T> decode(InputStream in) throws IOException {
      int cell = VarInt.decodeInt(in) - 1;
      return cell < 0
          ? new Done<>(BatchWritten.coder().decode(in))
          : new Leftover<>(cell, blockCoder.decode(in));
    }

    @Override
    public List<? extends Coder<?>> getCoderArguments() {
      return List.of(blockCoder);
    }

    @Override
    public void verifyDeterministic() throws NonDeterministicException {
      blockCoder.verifyDeterministic();
    }
  }
}
