package dev.diagonal.conflictfree;

import dev.diagonal.block.Block;
import dev.diagonal.grid.Cell;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StructuredCoder;
import org.apache.beam.sdk.util.VarInt;

/**
 * Records of one cell, which can be written at the same time as the batches of all other cells of
 * its wave.
 *
 * @param cell the cell
 * @param wave its wave
 * @param rows the records, at least one
 */
public record DiagonalBatch<T>(Cell cell, int wave, Block<T> rows) {

  /** Returns the coder of batches whose records {@code recordCoder} encodes. */
  public static <T> Coder<DiagonalBatch<T>> coder(Coder<T> recordCoder) {
    return new BatchCoder<>(Block.coder(recordCoder));
  }

  private static final class BatchCoder<T> extends StructuredCoder<DiagonalBatch<T>> {

    private final Coder<Block<T>> blockCoder;

    BatchCoder(Coder<Block<T>> blockCoder) {
      this.blockCoder = blockCoder;
    }

    @Override
    public void encode(DiagonalBatch<T> batch, OutputStream out) throws IOException {
      VarInt.encode(batch.cell.row(), out);
      VarInt.encode(batch.cell.column(), out);
      VarInt.encode(batch.wave, out);
      blockCoder.encode(batch.rows, out);
    }

    @Override
    public DiagonalBatch<T> decode(InputStream in) throws IOException {
      Cell cell = new Cell(VarInt.decodeInt(in), VarInt.decodeInt(in));
      return new DiagonalBatch<>(cell, VarInt.decodeInt(in), blockCoder.decode(in));
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
